//! Commands as guides give them, in every shell.

use super::*;
use crate::form::SignInChoice;

#[test]
fn commands_of_guides_are_read_as_they_are_meant() {
    let commands = [
        "docker run -it --rm -p 8888:8888 -p 4040:4040 jupyter/all-spark-notebook",
        "docker run -it --rm --name jupyter -p 8888:8888 -p 4040:4040 -v $HOME/work:$HOME/work -w $HOME/work myimprovedjupyterimage",
        "docker run -e HOST_USER_ID=$(id -u) -e HOST_USER_GID=$(id -g) -v <ESKAPADE>:/home/esdev/eskapade -p 8888:8888 -it eskapade:0.7",
        "docker run --detach --volume ${VOLUME}:/root/notebooks --volume /var/run/docker.sock:/var/run/docker.sock --publish ${LISTEN_IP}:${PORT}:8888 exasol/data-science-sandbox:${VERSION}",
        "docker run -p 3306:3306 -e MYSQL_ROOT_PASSWORD=… docker-db",
        "docker run -d -P --name <name> <image>",
        "docker run --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=2,3 nvidia/cuda:10.0-base nvidia-smi",
        "docker run --name ai-lab --volume VOL:/home/jupyter/notebooks --publish 127.0.0.1:49494:49494 exasol/ai-lab",
        "docker run -p 127.0.0.1:9563:8563 --detach --privileged --stop-timeout 120 -v exa_volume:/exa exasol/docker-db:8.18.1",
        "podman run -u root -e NB_USER=root -e NB_UID=0 -e NB_GID=0 --userns keep-id:uid=1000,gid=100 -p 8888:8888 quay.io/jupyter/base-notebook start-notebook.py --allow-root",
        "docker run -it --rm -p 8888:8888 --user root -e NB_UID=1234 -e NB_GID=1234 quay.io/jupyter/scipy-notebook",
    ];
    let answers = [
        ("ESKAPADE", "/home/anna/eskapade"),
        ("image", "jupyter/base-notebook"),
    ];
    let shown: Vec<String> = commands
        .iter()
        .map(|command| shown(command, &answers))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn every_shell_has_its_own_spelling() {
    let commands = [
        // The AI-Lab's guide, with its variables in lines before.
        "VERSION=6.0.0\nLISTEN_IP=127.0.0.1 # only here\nPORT=49494\nVOLUME=my-vol\n\ndocker run \\\n  --volume ${VOLUME}:/home/jupyter/notebooks \\\n  --publish \"${LISTEN_IP}:$PORT:49494\" \\\n  exasol/ai-lab:${VERSION}",
        "$VERSION = \"6.0.0\"\nPS C:\\Users\\anna> docker run `\n  --volume ${VOLUME}:/home/jupyter/notebooks `\n  -v \"${PWD}:/data\" -v $env:USERPROFILE\\work:/work `\n  -e 'A=it''s' exasol/ai-lab:$VERSION",
        "set VERSION=6.0.0\nC:\\Users\\anna>docker run ^\n  --name \"my lab\" -v %cd%:/data ^\n  -v \"%USERPROFILE%\\work\":/work -e \"A=say \\\"hi\\\"\" -e B=50^% ^\n  exasol/ai-lab:%VERSION%",
        "jupyter() {\n  docker run -it --rm -p 8888:8888 -v \"$(pwd)\":/home/jovyan/work jupyter/base-notebook \"$@\"\n}",
        "$ sudo docker --context desk container run -itdp8888:8888 --env=A=1 -e B=2 -e=C=3 --rm=false --init -m=2g --cpus 1.5 jupyter/base-notebook start.sh 'a b' --x",
        "cd /data && docker pull x/y && docker run -v $PWD/in:/in:ro -v ./out:/out -v ~/more:/more -v /anonymous x/y:1 | tee log.txt > out.txt; echo done",
        "docker run --mount type=bind,\"source=/a,b\",target=/c,readonly --mount type=tmpfs,dst=/t,tmpfs-size=64m --tmpfs /run:size=1m,mode=755 --gpus '\"device=0,2\",capabilities=utility' x/y:1",
        "docker run -p [::1]:53:53/udp -p 127.0.0.1::80 -p 9000 -p 7000-7002:7000-7002 --restart on-failure:3 --network name=mesh,alias=db,ip=10.0.0.2 --label a=b --hostname h --entrypoint '' --platform linux/amd64 --cap-add SYS_PTRACE --ulimit memlock=-1 --add-host db:10.0.0.3 x/y:1",
        "docker run -p 1:1 -p 2:2 --name a --name b -e A=1 -e A=2 --memory 1g --memory 2g --storage-opt size=40G --cgroupns=host --frobnicate=yes -e JUPYTER_TOKEN=letmein -e API_KEY=${KEY:-abc} jupyter/base-notebook",
    ];
    let answers = [("PWD", "/home/anna/here")];
    let shown: Vec<String> = commands
        .iter()
        .map(|command| shown(command, &answers))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn secrets_never_stand_in_the_form() {
    let pasted = read_with(
        "docker run -e JUPYTER_TOKEN=first-secret -e DB_PASSWORD=second-secret -p 8888:8888 jupyter/base-notebook",
        &[],
    );
    let form = pasted.form.unwrap();
    assert_eq!(form.sign_in, SignInChoice::Own);
    assert_eq!(pasted.secrets.password.as_deref(), Some("first-secret"));
    assert_eq!(pasted.secrets.variables["DB_PASSWORD"], "second-secret");
    let shown = serde_json::to_string(&(form, pasted.meanings, pasted.not_taken)).unwrap();
    assert!(!shown.contains("-secret"), "{shown}");
}

#[test]
fn answers_take_the_place_of_proposals() {
    let text = "docker run -v ${VOLUME}:/root/notebooks -p ${LISTEN_IP}:${PORT}:8888 exasol/data-science-sandbox:${VERSION}";
    let answers = [
        ("VOLUME", "/data/notebooks"),
        ("LISTEN_IP", "0.0.0.0"),
        ("PORT", "9999"),
        ("VERSION", "0.2.0"),
    ];
    let form = read_with(text, &answers).form.unwrap();
    assert_eq!(form.storage.folder, "/data/notebooks", "a path is a folder");
    assert_eq!(
        (
            form.listen_ip.as_str(),
            form.ports[0].host.as_str(),
            form.version.as_str()
        ),
        ("0.0.0.0", "9999", "0.2.0")
    );
    let wrong = read_with(
        text,
        &[
            ("PORT", "many"),
            ("VERSION", "a b"),
            ("LISTEN_IP", "here"),
            ("VOLUME", "x y"),
        ],
    );
    assert!(wrong.form.is_none() && wrong.problem.is_some());
    assert!(
        wrong
            .variables
            .iter()
            .all(|variable| variable.error.is_some()),
        "{:?}",
        wrong.variables
    );
}
