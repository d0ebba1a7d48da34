//! The person's logins at registries, as `docker login` has left them: in Docker's own file, or with
//! the credential helper that it names.
//!
//! Slipway neither makes nor keeps logins, and writes none of them anywhere. Identity tokens (of a
//! few registries' single sign-on) are left to the docker CLI: they have to be exchanged first.

use std::path::PathBuf;
use std::time::Duration;

use docker_credential::DockerCredential;
use slipway_engine::ImageReference;
use slipway_vault::Secret;

/// A helper that asks a locked keyring may take for ever.
const PATIENCE: Duration = Duration::from_secs(3);
/// How Docker calls its own registry in its file.
const HUB: &str = "https://index.docker.io/v1/";

/// Docker's file with the logins.
#[derive(Clone, Debug, Default)]
pub struct Logins {
    file: Option<PathBuf>,
}

/// A user's name and password at one registry.
pub struct Login {
    pub user_name: String,
    pub password: Secret,
    pub server: String,
}

impl Logins {
    /// Where the docker CLI keeps them: `DOCKER_CONFIG`, else `.docker` in the home folder.
    pub fn of_this_person() -> Self {
        let folder = std::env::var_os("DOCKER_CONFIG")
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
            .or_else(|| etcetera::home_dir().ok().map(|home| home.join(".docker")));
        Self {
            file: folder.map(|folder| folder.join("config.json")),
        }
    }

    /// The logins in this file.
    pub fn in_file(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// The login at this image's registry, if there is one.
    pub async fn for_image(&self, image: &ImageReference) -> Option<Login> {
        let file = self.file.clone()?;
        let server = match image.registry() {
            "docker.io" | "index.docker.io" | "registry-1.docker.io" => HUB.to_owned(),
            other => other.to_owned(),
        };
        let asked = server.clone();
        let asking = tokio::task::spawn_blocking(move || {
            let file = std::fs::File::open(file).ok()?;
            let reader = std::io::BufReader::new(file);
            // What went wrong may hold what the helper has printed, so it is told to nobody.
            docker_credential::get_credential_from_reader(reader, &asked).ok()
        });
        match tokio::time::timeout(PATIENCE, asking).await.ok()?.ok()?? {
            DockerCredential::UsernamePassword(user_name, password) => Some(Login {
                user_name,
                password: Secret::new(password),
                server,
            }),
            DockerCredential::IdentityToken(_) => None,
        }
    }
}
