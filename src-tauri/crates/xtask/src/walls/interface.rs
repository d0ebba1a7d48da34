//! The walls inside the user interface: what may import what, read from the import lines themselves.

use std::path::{Component, Path, PathBuf};

use anyhow::Result;

/// Every import that crosses a wall, in words.
pub fn check(source: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    super::each_file(source, &mut |path, text| {
        let file = path.strip_prefix(source).unwrap_or(path);
        let is_code = file
            .extension()
            .is_some_and(|extension| extension == "ts" || extension == "svelte");
        if is_code && !file.starts_with("paraglide") {
            broken.extend(
                imports(text)
                    .iter()
                    .filter_map(|target| crossing(file, target)),
            );
        }
    })?;
    Ok(broken)
}

/// The one sentence about an import that should not be, or nothing.
fn crossing(file: &Path, target: &str) -> Option<String> {
    let shown = file.display();
    if target.starts_with("@tauri-apps/") {
        let may = ["ipc/first.ts", "ipc/bindings.ts"]
            .iter()
            .any(|allowed| file == Path::new(allowed));
        return (!may).then(|| {
            format!("ui/src/{shown} imports {target}; only ipc/first.ts and bindings.ts may")
        });
    }
    let target = resolve(file, target)?;
    let room = |path: &Path| {
        path.components()
            .next()
            .map(|part| part.as_os_str().to_owned())
    };
    if file.starts_with("kit")
        && room(&target)
            .is_some_and(|room| ["screens", "state", "ipc"].iter().any(|name| room == *name))
    {
        return Some(format!(
            "ui/src/{shown} imports {}; the kit knows no screens, state or ipc",
            target.display()
        ));
    }
    let screen = |path: &Path| path.strip_prefix("screens").ok().and_then(room);
    if let (Some(own), Some(other)) = (screen(file), screen(&target))
        && own != other
        && file.components().count() > 2
        && target.components().count() > 2
    {
        return Some(format!(
            "ui/src/{shown} imports {}; a screen imports no other screen",
            target.display()
        ));
    }
    None
}

/// Where an import leads, seen from `ui/src`; packages lead nowhere.
fn resolve(file: &Path, target: &str) -> Option<PathBuf> {
    if let Some(rest) = target.strip_prefix("$kit") {
        return Some(Path::new("kit").join(rest.trim_start_matches('/')));
    }
    if let Some(rest) = target.strip_prefix("$lib/") {
        return Some(Path::new("lib").join(rest));
    }
    if !target.starts_with('.') {
        return None;
    }
    let mut path = file.parent()?.to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    Some(path)
}

/// What the `import`, `export … from` and `import()` of a file name.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["from ", "import ", "import("] {
        for (position, _) in text.match_indices(start) {
            let rest = text[position + start.len()..].trim_start();
            let Some(quote) = rest
                .chars()
                .next()
                .filter(|first| *first == '"' || *first == '\'')
            else {
                continue;
            };
            if let Some(target) = rest[1..]
                .split(quote)
                .next()
                .filter(|target| !target.contains('\n'))
            {
                found.push(target.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_in_all_their_forms() {
        let text = "import { a } from './a';\nimport \"x.css\";\nexport { b } from \"../b\";\nconst c = await import('c');\n";
        assert_eq!(imports(text), ["./a", "../b", "x.css", "c"]);
    }

    #[test]
    fn what_crosses_a_wall_is_named_and_what_does_not_is_not() {
        let crosses = |file: &str, target: &str| crossing(Path::new(file), target).is_some();
        assert!(crosses("screens/labs/Labs.svelte", "@tauri-apps/api/core"));
        assert!(!crosses("ipc/first.ts", "@tauri-apps/api/core"));
        assert!(crosses("kit/Button.svelte", "../state/labs"));
        assert!(!crosses("kit/Button.svelte", "../lib/format"));
        assert!(crosses(
            "screens/labs/Labs.svelte",
            "../images/Images.svelte"
        ));
        assert!(!crosses("screens/labs/Labs.svelte", "./LabCard.svelte"));
        assert!(!crosses("shell/App.svelte", "../screens/labs/Labs.svelte"));
    }
}
