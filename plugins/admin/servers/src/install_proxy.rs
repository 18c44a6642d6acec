//! Says what to type on a machine that is to be a proxy of this one.

use crate::install_server::Install;
use crate::parameters::InstallProxy;
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn install_proxy(call: Call<InstallProxy>) -> Result<Reply, Refusal> {
    let base = call.request().base();
    let command = format!(
        "printf '%s\\n' 'server {{ listen 80; location / {{ proxy_pass {base}; proxy_http_version 1.1; \
         proxy_buffering off; proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $host; \
         proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; }} }}' \
         > /etc/nginx/conf.d/linecard.conf && nginx -s reload"
    );
    reply::data(&Install {
        command,
        note: "Type this as root on a machine that has nginx. Then list its address in `[http] trusted_proxies` of this \
               server, so that it may say whose requests it passes on.",
    })
}
