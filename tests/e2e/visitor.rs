//! Someone with an API key at a panel surface: a reseller, an admin.

use reqwest::header::HOST;
use serde_json::Value;

/// Someone with an API key at a panel surface.
pub struct Visitor {
    pub http: reqwest::Client,
    pub url: String,
    pub host: String,
    pub key: String,
    /// Their user id; 0 when it is not known.
    pub user: u32,
}

impl Visitor {
    /// POSTs an action as a form.
    pub async fn post(&self, action: &str, form: &[(&str, &str)]) -> Value {
        self.answer(action, form, &[]).await.1
    }

    /// POSTs an action with headers. Returns status and body.
    pub async fn answer(&self, action: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> (u16, Value) {
        let mut all = vec![("api_key", self.key.as_str()), ("action", action)];
        all.extend_from_slice(form);
        let mut request = self.http.post(&self.url).header(HOST, &self.host).form(&all);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    /// POSTs an action that has to succeed. Returns its data.
    pub async fn ok(&self, action: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.post(action, form).await;
        assert_eq!(answer["status"], "STATUS_SUCCESS", "{action} {form:?}: {answer}");
        answer["data"].clone()
    }

    /// POSTs an action that has to be refused. Returns the status without its prefix.
    pub async fn refused(&self, action: &str, form: &[(&str, &str)]) -> String {
        let (http, answer) = self.answer(action, form, &[]).await;
        let status = answer["status"].as_str().unwrap_or_else(|| panic!("{action} {form:?}: {answer}"));
        assert_ne!(status, "STATUS_SUCCESS", "{action} {form:?}: {answer}");
        assert_eq!(http, 200, "{action} {form:?}: {answer}");
        assert!(answer["error"].is_string() && answer["request_id"].is_string(), "{action} {form:?}: {answer}");
        status.trim_start_matches("STATUS_").to_owned()
    }

    /// The whole answer as text, without its request id.
    pub async fn words(&self, action: &str, form: &[(&str, &str)]) -> String {
        let mut answer = self.post(action, form).await;
        answer.as_object_mut().unwrap().remove("request_id").unwrap();
        answer.to_string()
    }

    /// The same visitor with another key.
    pub fn with_key(&self, key: &str) -> Visitor {
        Visitor { http: self.http.clone(), url: self.url.clone(), host: self.host.clone(), key: key.into(), user: 0 }
    }

    /// The same visitor at another address.
    pub fn at(&self, url: &str) -> Visitor {
        Visitor { url: url.into(), ..self.with_key(&self.key) }
    }

    /// The HTTP status and body of an action, as text.
    pub async fn raw(&self, action: &str) -> (u16, String) {
        let form = [("api_key", self.key.as_str()), ("action", action)];
        let response = self.http.post(&self.url).header(HOST, &self.host).form(&form).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// POSTs an action that answers with a file. Returns status and body.
    pub async fn file(&self, action: &str, form: &[(&str, &str)]) -> (u16, String) {
        let form = [&[("api_key", self.key.as_str()), ("action", action)], form].concat();
        let response = self.http.post(&self.url).header(HOST, &self.host).form(&form).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// GETs an action.
    pub async fn get(&self, action: &str, query: &str) -> Value {
        let url = format!("{}?api_key={}&action={action}{query}", self.url, self.key);
        self.http.get(url).header(HOST, &self.host).send().await.unwrap().json().await.unwrap()
    }
}
