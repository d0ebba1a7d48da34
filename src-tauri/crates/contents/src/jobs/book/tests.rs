use slipway_engine::VolumeName;
use tokio::sync::oneshot;

use super::*;
use crate::jobs::Version;

fn new(steps: &[&str]) -> NewJob {
    NewJob {
        kind: JobKind::Upload,
        place: Place::Volume {
            name: VolumeName::from("churn"),
        },
        title: "Uploading 2 files to churn".to_owned(),
        steps: steps.iter().map(|&step| step.to_owned()).collect(),
    }
}

async fn until(jobs: &Jobs, is: impl Fn(&Job) -> bool) -> Job {
    let mut list = jobs.follow();
    let list = list
        .wait_for(|list| list.jobs.iter().any(&is))
        .await
        .expect("the list is there");
    list.jobs
        .iter()
        .find(|job| is(job))
        .expect("it is there")
        .clone()
}

fn conflict() -> Conflict {
    let version = Version {
        folder: false,
        size: Some(Bytes(1)),
        changed: None,
    };
    Conflict {
        name: "a.ipynb".to_owned(),
        folder: "work".to_owned(),
        there: version.clone(),
        coming: version,
        both_name: "a (2).ipynb".to_owned(),
        more: 1,
    }
}

#[tokio::test]
async fn a_job_counts_and_ends_with_what_it_made() {
    let jobs = Jobs::default();
    let (go, wait) = oneshot::channel::<()>();
    let id = jobs.begin(new(&["Read", "Write"]), |work| async move {
        work.whole(10, 2);
        work.step(0);
        work.read(4);
        work.file();
        work.step(1);
        work.note(1, "84 GB free");
        wait.await.expect("told to go on");
        work.read(6);
        work.file();
        Ok(Done {
            summary: "2 files.".to_owned(),
            made: Some(PathBuf::from("made")),
            cautions: Vec::new(),
        })
    });
    let running = until(&jobs, |job| job.bytes.0 == 4).await;
    assert_eq!(running.state, JobState::Running);
    assert_eq!(running.steps[0].progress, StepProgress::Done);
    assert_eq!(running.steps[1].progress, StepProgress::Running);
    assert_eq!(running.steps[1].note, "84 GB free");
    jobs.dismiss(id);
    assert_eq!(
        jobs.follow().borrow().jobs.len(),
        1,
        "work that goes on stays"
    );
    go.send(()).expect("it waits");
    let over = until(&jobs, Job::is_over).await;
    assert_eq!((over.bytes.0, over.files, over.speed), (10, 2, None));
    assert!(matches!(over.state, JobState::Done { made: Some(made), .. } if made == "made"));
    assert!(
        over.steps
            .iter()
            .all(|step| step.progress == StepProgress::Done)
    );
    jobs.dismiss(id);
    assert!(jobs.follow().borrow().jobs.is_empty());
}

#[tokio::test]
async fn an_answer_reaches_the_job_that_asks() {
    let jobs = Jobs::default();
    let id = jobs.begin(new(&[]), |work| async move {
        let answered = work.ask(conflict()).await?;
        Ok(Done {
            summary: format!("{answered:?}"),
            ..Done::default()
        })
    });
    let asking = until(&jobs, |job| matches!(job.state, JobState::Asking { .. })).await;
    assert!(!asking.is_over());
    let answered = Answered {
        answer: ConflictAnswer::KeepBoth,
        for_all: true,
    };
    jobs.answer(id, answered);
    let over = until(&jobs, Job::is_over).await;
    assert!(
        matches!(over.state, JobState::Done { summary, .. } if summary == format!("{answered:?}"))
    );
}

#[tokio::test]
async fn a_job_that_is_stopped_while_it_asks_is_cancelled() {
    let jobs = Jobs::default();
    let (tidied, tidy) = oneshot::channel();
    let id = jobs.begin(new(&[]), |work| async move {
        let asked = work.ask(conflict()).await;
        tidied.send(()).expect("somebody looks");
        asked.map(|_| Done::default())
    });
    until(&jobs, |job| matches!(job.state, JobState::Asking { .. })).await;
    jobs.cancel(id);
    tidy.await.expect("it went on to tidy up");
    let over = until(&jobs, Job::is_over).await;
    assert_eq!(
        over.state,
        JobState::Cancelled {
            cautions: Vec::new()
        }
    );
}

#[tokio::test]
async fn a_job_that_breaks_says_so_and_takes_nobody_with_it() {
    let jobs = Jobs::default();
    jobs.begin(new(&[]), |_| async move {
        assert!(jiff::Timestamp::now().as_second() < 0, "on purpose");
        Ok(Done::default())
    });
    let over = until(&jobs, Job::is_over).await;
    assert!(matches!(over.state, JobState::Failed { .. }));
}
