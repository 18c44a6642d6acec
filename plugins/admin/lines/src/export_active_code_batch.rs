//! The codes of a batch as a file.

use crate::parameters::ExportActiveCodeBatch;
use linecard_sdk::body::Body;
use linecard_sdk::lines::{self, LineView};
use linecard_sdk::{Call, Refusal, Reply, reply, time};
use std::fmt::Write;

const HEAD: &str = "code,status,package_id,is_trial,created_at,reseller_notes\r\n";

pub(crate) fn export_active_code_batch(call: Call<ExportActiveCodeBatch>) -> Result<Reply, Refusal> {
    let batch = call.parameters.id;
    let codes = lines::codes_of(batch)?.read()?.rows;
    if codes.is_empty() {
        return Err(Refusal::field("not_found", "id", "There is no such batch."));
    }
    let is_bare = call.parameters.format == "text";
    let mut body = Body::new();
    if !is_bare {
        body.text.push_str(HEAD);
    }
    // In the order in which they were made.
    for line in codes.iter().rev() {
        let code = line.code.as_deref().unwrap_or_default();
        if is_bare {
            body.text.push_str(code);
            body.text.push_str("\r\n");
        } else {
            row(&mut body.text, code, line);
        }
        body.flush_when_full()?;
    }
    body.flush()?;
    let kind = if is_bare { "txt" } else { "csv" };
    let file = format!("attachment; filename=\"codes-{batch}.{kind}\"");
    reply::body_with(&[("Content-Disposition", &file), ("Cache-Control", "no-store")])
}

fn row(out: &mut String, code: &str, line: &LineView) {
    let status = match line.status {
        lines::LineStatus::Stock => "stock",
        lines::LineStatus::Active => "active",
        lines::LineStatus::Disabled => "suspended",
        lines::LineStatus::Banned => "revoked",
        lines::LineStatus::Expired => "expired",
    };
    let (package, trial) = (line.package.unwrap_or_default(), u8::from(line.trial));
    let made = time::datetime(line.created_at);
    // Writing to a string cannot fail.
    let _ = write!(out, "{code},{status},{package},{trial},{made},");
    cell(out, &line.reseller_notes);
    out.push_str("\r\n");
}

/// A text as a cell. One that begins like a formula is none to the program that opens the file.
fn cell(out: &mut String, text: &str) {
    out.push('"');
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        out.push('\'');
    }
    for character in text.chars() {
        if character == '"' {
            out.push('"');
        }
        out.push(character);
    }
    out.push('"');
}
