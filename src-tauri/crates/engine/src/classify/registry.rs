//! What a registry's refusal means, as the engine passes it on.

use crate::Error;

/// `None` where the words are not known.
pub(super) fn registry(status: u16, message: &str, text: &str, reference: &str) -> Option<Error> {
    let (reference, detail) = (reference.to_owned(), message.to_owned());
    let any = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if any(&["toomanyrequests", "too many requests", "rate limit"]) || status == 429 {
        return Some(Error::RateLimited { reference, detail });
    }
    if any(&[
        "no matching manifest for",
        "does not match the specified platform",
        "no match for platform",
        "not supported on this platform",
    ]) {
        return Some(Error::WrongPlatform { reference, detail });
    }
    if any(&[
        "invalid reference format",
        "must be lowercase",
        "invalid repository name",
    ]) {
        return Some(Error::InvalidReference {
            reference,
            why: "Check the image's name for typing mistakes.".to_owned(),
        });
    }
    // Docker Hub says the same of an image that does not exist and of one that is private.
    if any(&[
        "pull access denied",
        "unauthorized",
        "authentication required",
        "no basic auth credentials",
        "access to the resource is denied",
    ]) || any(&[
        "insufficient_scope",
        "authorization failed",
        "403 forbidden",
        "401 unauthorized",
    ]) || matches!(status, 401 | 403)
    {
        return Some(Error::RegistryDenied { reference, detail });
    }
    if any(&[
        "manifest unknown",
        "manifest for",
        "name unknown",
        "repository name not known",
        "failed to resolve reference",
    ]) && any(&["not found", "unknown", "not known"])
    {
        return Some(Error::ImageNotFound { reference, detail });
    }
    let unreachable = [
        "i/o timeout",
        "connection refused",
        "no such host",
        "connection reset",
        "network is unreachable",
        "no route to host",
        "tls handshake",
        "x509",
        "client.timeout",
        "context deadline exceeded",
        "server gave http response",
        "temporary failure in name resolution",
        "server misbehaving",
        "proxyconnect",
        "unexpected eof",
        ": eof",
        "bad gateway",
        "service unavailable",
        "gateway timeout",
        "dial tcp",
        "request canceled",
    ];
    if any(&unreachable) {
        return Some(Error::RegistryUnreachable { reference, detail });
    }
    if status == 404 || text.ends_with("not found") {
        return Some(Error::ImageNotFound { reference, detail });
    }
    None
}
