use super::*;
use crate::catalogue::Catalogue;
use crate::recipe::RecipeId;

fn generation(recipe: &str) -> Generation {
    let catalogue = Catalogue::shipped();
    let recipe = catalogue.recipe(&RecipeId(recipe.to_owned()));
    let last = recipe.and_then(|recipe| recipe.generations.last());
    last.expect("every recipe has one").clone()
}

fn door(generation: &Generation, base: &str) -> Option<Door> {
    Door::of(generation, false, "127.0.0.1", 8888, base)
}

fn jupyter_at(root: &str) -> Door {
    Door::Jupyter {
        entry: format!("{root}api/contents?content=0"),
        login: format!("{root}login"),
    }
}

#[test]
fn a_jupyter_is_asked_at_its_base() {
    let at = |path: &str| Some(jupyter_at(&format!("http://127.0.0.1:8888{path}")));
    assert_eq!(door(&generation("any-jupyter"), "/"), at("/"));
    assert_eq!(door(&generation("jupyter"), "/pre/fix/"), at("/pre/fix/"));
    assert_eq!(door(&generation("exasol-ai-lab"), "/"), at("/"));
    let mut told = generation("any-jupyter");
    told.ready.http_path = Some("/team/one/api".to_owned());
    assert_eq!(door(&told, "/"), at("/team/one/"), "by its Config");
    let open = generation("rapids");
    assert_eq!(open.sign_in.kind, SignInKind::Open);
    assert_eq!(door(&open, "/"), at("/"), "one that is known as open, too");
    assert_eq!(
        door(&generation("web-app"), "/"),
        at("/"),
        "an unknown app may be one"
    );
    assert_eq!(
        Door::of(&told, true, "[::1]", 8443, "/"),
        Some(jupyter_at("https://[::1]:8443/team/one/"))
    );
}

#[test]
fn an_app_that_is_known_as_open_is_asked_for_its_page() {
    for recipe in ["mlflow", "shiny", "streamlit", "gradio", "zeppelin"] {
        let address = "http://127.0.0.1:8888/".to_owned();
        let asked = door(&generation(recipe), "/");
        assert_eq!(asked, Some(Door::Page { address }), "{recipe}");
    }
}

#[test]
fn what_signs_in_in_its_own_way_is_left_alone() {
    for recipe in ["rstudio", "code-server", "marimo", "superset"] {
        assert_eq!(door(&generation(recipe), "/"), None, "{recipe}");
    }
}

#[test]
fn only_a_folder_s_entry_says_that_it_is_open() {
    // As Notebook 5.7 and jupyter_server 2 answer.
    let old = r#"{"name": "", "path": "", "last_modified": "2026-10-01T20:21:20.208Z", "created": "2026-10-01T20:21:20.208Z", "content": null, "format": null, "mimetype": null, "size": null, "writable": true, "type": "directory"}"#;
    let new = r#"{"name":"","path":"/","last_modified":"2026-10-01T20:21:20Z","created":"2026-10-01T20:21:20Z","content":null,"format":null,"mimetype":null,"size":null,"writable":false,"hash":null,"hash_algorithm":null,"type":"directory"}"#;
    assert!(is_entry_of_a_folder(old.as_bytes()));
    assert!(is_entry_of_a_folder(new.as_bytes()));
    for other in [
        "<!doctype html><title>An app with one page</title>",
        r#"{"message": "Forbidden", "reason": null}"#,
        r#"{"path": "", "type": "file", "writable": true}"#,
        r#"{"path": "", "type": "directory"}"#,
        "[]",
        "",
    ] {
        assert!(!is_entry_of_a_folder(other.as_bytes()), "{other}");
    }
}

const FIELD: &str = r#"<label for="password_input"><strong>LABEL</strong></label><input type="password" name="password" id="password_input" class="form-control">"#;

#[test]
fn a_sign_in_page_names_the_token_where_there_is_one() {
    let labelled = |label: &str| FIELD.replace("LABEL", label);
    for (page, said) in [
        (labelled("Password:"), Some(SignInKind::Password)),
        (labelled("Password or token:"), Some(SignInKind::Token)),
        (
            labelled("Mot de passe :") + "<h3>Token authentication is enabled</h3>",
            Some(SignInKind::Token),
        ),
        (labelled("Mot de passe :"), Some(SignInKind::Password)),
        (
            "<p>No login available, you shouldn't be seeing this page.</p>".to_owned(),
            None,
        ),
        (
            r#"<input type="password" id="pw"> of some app"#.to_owned(),
            None,
        ),
        (String::new(), None),
    ] {
        assert_eq!(typed_at(&page), said, "{page}");
    }
}

#[test]
fn a_known_password_stays_the_way_in_beside_a_token() {
    use SignInKind::{Open, Password, Token, Unknown};
    for (known, said, holds) in [
        (Token, None, Token),
        (Token, Some(Password), Password),
        (Token, Some(Open), Open),
        (Open, Some(Password), Password),
        (Open, Some(Token), Token),
        (Unknown, Some(Token), Token),
        (Password, Some(Token), Password),
        (Password, Some(Open), Open),
    ] {
        assert_eq!(corrected(known, said), holds, "{known:?}, {said:?}");
    }
}

#[test]
fn ways_to_a_sign_in_are_known_by_their_path() {
    for target in [
        "/login?next=%2F",
        "/auth/login",
        "https://id.example/SignIn#x",
        "accounts/login/",
    ] {
        assert!(leads_to_a_sign_in(target), "{target}");
    }
    for target in ["/lab?from=login", "/home", "/loginless/start", ""] {
        assert!(!leads_to_a_sign_in(target), "{target}");
    }
}

fn answer(head: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// A server that expects these requests and answers each with its text; gives its port.
async fn answering(answers: Vec<(&'static str, String)>) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let port = listener.local_addr().expect("it has an address").port();
    tokio::spawn(async move {
        for (asked, answer) in answers {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut request = [0_u8; 2048];
            let read = stream.read(&mut request).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
            if !request.starts_with(&format!("get {asked} ")) {
                continue;
            }
            assert!(!request.contains("token") && !request.contains("cookie"));
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

const ENTRY: &str = "/api/contents?content=0";

async fn jupyter_said(answers: Vec<(&'static str, String)>) -> Option<SignInKind> {
    let port = answering(answers).await;
    let root = format!("http://127.0.0.1:{port}/");
    jupyter_at(&root).asks_for().await
}

#[tokio::test]
async fn a_refusal_leads_to_the_sign_in_page() {
    let refused = [
        answer("403 Forbidden", ""),
        answer("302 Found\r\nLocation: /login", ""),
        answer("200 OK", "ok"),
    ];
    for refused in refused {
        let page = answer("200 OK", &FIELD.replace("LABEL", "Password:"));
        let said = jupyter_said(vec![(ENTRY, refused.clone()), ("/login", page)]).await;
        assert_eq!(said, Some(SignInKind::Password), "{refused}");
        let elsewhere = answer("302 Found\r\nLocation: https://hub.example/", "");
        let said = jupyter_said(vec![(ENTRY, refused), ("/login", elsewhere)]).await;
        assert_eq!(said, None, "somebody else signs in here");
    }
}

#[tokio::test]
async fn a_server_that_fails_once_is_asked_again() {
    let said = jupyter_said(vec![
        (ENTRY, answer("503 Service Unavailable", "")),
        (
            ENTRY,
            answer(
                "200 OK",
                r#"{"path": "", "type": "directory", "writable": true }"#,
            ),
        ),
    ])
    .await;
    assert_eq!(said, Some(SignInKind::Open));
}

#[tokio::test]
async fn an_app_that_somebody_has_locked_says_so() {
    let locked = Some(SignInKind::Password);
    for (head, body, said) in [
        (
            "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"mlflow\"",
            "",
            locked,
        ),
        (
            "303 See Other\r\nLocation: /auth/login?next=%2F",
            "",
            locked,
        ),
        ("302 Found\r\nLocation: /home", "", None),
        ("200 OK", "<form><input type=\"password\"></form>", locked),
        ("200 OK", "<div id=\"root\"></div>", None),
        ("404 Not Found", "", None),
    ] {
        let port = answering(vec![("/", answer(head, body))]).await;
        let door = Door::Page {
            address: format!("http://127.0.0.1:{port}/"),
        };
        assert_eq!(door.asks_for().await, said, "{head}");
    }
}
