//! A server on loopback that notes what reaches it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers each connection with one text and keeps the heads of requests.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<u32>>,
}

impl Server {
    /// The answer may hold `{path}`-dependent redirects: it is made from the request's head. An
    /// empty answer stays silent with the connection open.
    pub(crate) async fn start(ip: &str, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heads, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (noted, counted, answer) = (Arc::clone(&heads), Arc::clone(&connections), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                tokio::spawn(async move {
                    let (mut head, mut buffer) = (Vec::new(), [0; 4_096]);
                    while !head.ends_with(b"\r\n\r\n") {
                        match socket.read(&mut buffer).await {
                            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
                            _ => return,
                        }
                    }
                    let head = String::from_utf8(head).unwrap().to_lowercase();
                    let answer = answer(&head);
                    noted.lock().unwrap().push(head);
                    socket.write_all(answer.as_bytes()).await.unwrap();
                    if answer.is_empty() || answer.contains("stalls") {
                        let _ = socket.read(&mut buffer).await;
                    }
                });
            }
        });
        Server { address, heads, connections }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.connections.lock().unwrap()
    }
}

pub(crate) fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}
