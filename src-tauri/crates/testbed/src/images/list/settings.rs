//! Settings of the servers that are set up in one way each, as the config files of their images have them.

// Which file a server reads its settings from: since JupyterLab 3 and Notebook 7 it is jupyter_server's.
pub(super) const SERVER: &str = "CONFIG=jupyter_server_config";
pub(super) const CLASSIC: &str = "CONFIG=jupyter_notebook_config";

pub(super) const BASE_URL: &str = "SETTINGS=c.ServerApp.base_url = '/pre/fix'";
pub(super) const HIDDEN: &str =
    "SETTINGS=c.ServerApp.base_url = '/pre/fix'\nc.IdentityProvider.token = 'set-in-a-file'";
pub(super) const HIDDEN_0: &str =
    "SETTINGS=c.NotebookApp.base_url = '/pre/fix'\nc.NotebookApp.token = 'set-in-a-file'";
/// Neither token nor password, so that everyone is let in.
pub(super) const OPEN: &str =
    "SETTINGS=c.IdentityProvider.token = ''\nc.PasswordIdentityProvider.hashed_password = ''";
pub(super) const OPEN_1: &str = "SETTINGS=c.ServerApp.token = ''\nc.ServerApp.password = ''";
pub(super) const OPEN_0: &str = "SETTINGS=c.NotebookApp.base_url = '/pre/fix'\nc.NotebookApp.token = ''\nc.NotebookApp.password = ''";
pub(super) const OPEN_HTTPS: &str = "SETTINGS=c.IdentityProvider.token = ''\nc.ServerApp.certfile = '/etc/jupyter/cert.pem'\nc.ServerApp.keyfile = '/etc/jupyter/key.pem'";
pub(super) const HTTPS: &str = "SETTINGS=c.ServerApp.certfile = '/etc/jupyter/cert.pem'\nc.ServerApp.keyfile = '/etc/jupyter/key.pem'";
pub(super) const HTTPS_0: &str = "SETTINGS=c.NotebookApp.certfile = '/etc/jupyter/cert.pem'\nc.NotebookApp.keyfile = '/etc/jupyter/key.pem'";

/// The password `bed-password`, as the server keeps it: `jupyter_server.auth.passwd(…, algorithm="sha1")`.
pub(super) const PASSWORD: &str = "SETTINGS=c.PasswordIdentityProvider.hashed_password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";
pub(super) const PASSWORD_1: &str =
    "SETTINGS=c.ServerApp.password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";
pub(super) const PASSWORD_0: &str = "SETTINGS=c.NotebookApp.password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";

/// The same, and a token that nobody sets from outside.
pub(super) const PASSWORD_ALONE: &str = "SETTINGS=c.IdentityProvider.token = ''\nc.PasswordIdentityProvider.hashed_password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";
pub(super) const PASSWORD_AND_TOKEN: &str = "SETTINGS=c.IdentityProvider.token = 'set-in-a-file'\nc.PasswordIdentityProvider.hashed_password = 'sha1:0011223344aa:fb8cf222506c8eaaec11f1a514c7b4072ba7a855'";
