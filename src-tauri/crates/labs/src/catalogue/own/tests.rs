use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const GOOD: &str = r#"
schema = 1
id = "team-lab"
name = "Team lab"
summary = "Notebooks of our team"
category = "notebooks"
icon = "kernel"
tint = 3
images = ["registry.example/team/lab"]
default-version = "2.1"

[[generations]]
port = 8888
answers = "JupyterLab"
path = "/lab"
work-folder = "/home/jovyan/work"

[generations.sign-in]
kind = "token"
password-variable = "JUPYTER_TOKEN"

[generations.ready]
http-path = "{base}api"

[generations.user-mapping]
kind = "variables"
uid = "NB_UID"
gid = "NB_GID"
as-root = true
on-by-default = false

[generations.options]
memory = "4g"
mounts = [{ folder = "/srv/data", target = "/data", read-only = true }]
"#;

#[test]
fn a_recipe_comes_back_as_it_was_written() {
    let recipe = read_recipe(GOOD).unwrap();
    let text = written_recipe(&recipe).unwrap();
    assert_eq!(read_recipe(&text).unwrap(), recipe, "{text}");
    insta::assert_snapshot!("written", text);
    for shipped in Catalogue::shipped().recipes() {
        let mut own = Recipe::clone(shipped);
        own.id = RecipeId(format!("own-{}", own.id.0));
        let text = written_recipe(&own).unwrap();
        let read = read_recipe(&text).unwrap_or_else(|problem| panic!("{problem:#?}\n{text}"));
        assert_eq!(read, own, "what ships can be written, too");
    }
}

/// Every hostile file gets its sentence.
#[test]
#[expect(clippy::too_many_lines, reason = "one line a case")]
fn what_is_wrong_with_a_file_is_one_sentence() {
    let changed = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        GOOD.replacen(from, to, 1)
    };
    let cases = [
        ("an unknown key", changed("summary =", "sumary =")),
        (
            "an unknown key deep inside",
            changed("kind = \"token\"", "kind = \"token\"\nlogin = 1"),
        ),
        (
            "a newer format",
            changed("schema = 1", "schema = 7\nhologram = true"),
        ),
        ("no TOML", "<html>".to_owned()),
        ("an empty file", String::new()),
        ("a huge file", format!("{GOOD}\n# {}", "x".repeat(70_000))),
        (
            "control characters",
            changed("Team lab", "Team\u{1b}[2J lab"),
        ),
        (
            "escaped control characters",
            changed("Team lab", "Team\\u001b lab"),
        ),
        ("a name with slashes", changed("Team lab", "../../lab")),
        ("an id with slashes", changed("team-lab", "../labs/x")),
        ("an id that ships", changed("team-lab", "jupyter")),
        ("a long name", changed("Team lab", &"lab ".repeat(40))),
        (
            "a pattern that explodes",
            changed("http-path", "log = \"((a{1,900}){1,900})+\"\nhttp-path"),
        ),
        (
            "a pattern without end",
            changed(
                "http-path",
                &format!("log = \"{}\"\nhttp-path", "a?".repeat(400)),
            ),
        ),
        (
            "a bad pattern",
            changed("http-path", "log = \"(((\"\nhttp-path"),
        ),
        (
            "no generation",
            GOOD.split("[[generations]]").next().unwrap().to_owned(),
        ),
        (
            "a condition on the only generation",
            changed("port = 8888", "versions = \">1\"\nport = 8888"),
        ),
        (
            "a path that climbs",
            changed("/home/jovyan/work", "/home/../etc"),
        ),
        (
            "no image",
            changed("registry.example/team/lab", "Registry Example"),
        ),
        (
            "an image with a version",
            changed("team/lab\"", "team/lab:3\""),
        ),
        ("no such icon", changed("\"kernel\"", "\"skull\"")),
        ("no such category", changed("\"notebooks\"", "\"malware\"")),
        (
            "a documentation that is no page",
            changed(
                "tint = 3",
                "tint = 3\ndocumentation = \"file:///etc/passwd\"",
            ),
        ),
        (
            "a port that is none",
            changed("port = 8888", "port = 88880"),
        ),
        ("a variable that is none", changed("JUPYTER_TOKEN", "A B=")),
        ("a missing name", changed("name = \"Team lab\"\n", "")),
        (
            "a program of no words",
            changed(
                "[generations.ready]",
                "[[generations.prepare]]\ntitle = \"x\"\ncommand = []\n[generations.ready]",
            ),
        ),
        (
            "thousands of values",
            changed(
                "images = [",
                &format!("keywords = [{}]\nimages = [", "\"a\",".repeat(3000)),
            ),
        ),
    ];
    let mut voice = String::new();
    for (case, text) in cases {
        let problem = read_recipe(&text)
            .err()
            .unwrap_or_else(|| panic!("{case} is refused"));
        writeln!(voice, "{case}\n    {} {}", problem.title, problem.message).unwrap();
    }
    insta::assert_snapshot!("hostile_files", voice);
}

#[test]
fn a_folder_keeps_recipes_and_reports_what_it_cannot_read() {
    let home = tempfile::tempdir().unwrap();
    let folder = RecipeFolder::new(home.path().join("recipes"));
    assert!(folder.read().0.is_empty(), "no folder is an empty one");
    let id = RecipeId("team-lab".to_owned());
    folder.save(&id, GOOD).unwrap();
    std::fs::write(home.path().join("recipes/other-name.toml"), GOOD).unwrap();
    std::fs::write(home.path().join("recipes/newer.toml"), "schema = 9").unwrap();
    std::fs::write(home.path().join("recipes/.writing-1"), "half").unwrap();
    std::fs::create_dir(home.path().join("recipes/folder.toml")).unwrap();
    let (recipes, problems) = folder.read();
    assert_eq!(recipes.len(), 1);
    assert_eq!(problems.len(), 3, "{problems:#?}");
    assert_eq!(folder.text(&id).unwrap(), GOOD);
    let escape = RecipeId("../team-lab".to_owned());
    assert!(folder.save(&escape, GOOD).is_err() && folder.text(&escape).is_err());
    folder.remove(&id).unwrap();
    folder.remove(&id).unwrap();
    assert!(folder.read().0.is_empty());
    assert!(
        home.path().join("recipes/newer.toml").exists(),
        "what cannot be read is left as it is"
    );
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in ".{0,400}") {
        let _ = read_recipe(&text);
    }

    #[test]
    fn no_change_of_a_line_is_a_panic(line in 0_usize..38, text in "[ -~]{0,60}") {
        let mut lines: Vec<&str> = GOOD.lines().collect();
        if let Some(place) = lines.get_mut(line) {
            *place = &text;
        }
        let _ = read_recipe(&lines.join("\n"));
    }
}
