//! What a document makes of a record, and what is refused of it.

use super::*;
use crate::JobId;
use crate::job::JobState;
use serde_json::json;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn merged(group: &Group, document: Value, role: CallerRole) -> Result<Group, Refusal> {
    let kind = RecordKind::Typed(Kind::Group);
    let merged = kind.merged(&Object::Group(group.clone()), &object(document), role, Unix(0))?;
    Ok(Group::from_object(merged).unwrap())
}

#[test]
fn a_field_table_names_exactly_the_document_fields() {
    for kind in Kind::ALL.iter().map(|kind| RecordKind::Typed(*kind)).filter(|kind| !kind.fields().is_empty()) {
        let unmade = || match kind.stored_as() {
            Kind::Job => Object::Job(Job::new(JobId(1), "", "", JobState::Done, Unix(0))),
            _ => Object::Settings(Settings::default()),
        };
        let blank = kind.blank(1, Unix(0)).unwrap_or_else(unmade);
        let mut stored: Vec<_> = object(blank.document()).keys().cloned().collect();
        let is_beside = |name: &str| {
            let not_kept: &[&str] = match kind.word() {
                "bouquet" => &["members", "counts"],
                "stream" => &["run", "results", "servers"],
                "guide_source" => &["reload"],
                _ => &[],
            };
            not_kept.contains(&name) || kind.kept_with().iter().any(|(field, _)| *field == name)
        };
        let mut listed: Vec<_> =
            kind.fields().iter().map(|field| field.name.to_owned()).filter(|name| !is_beside(name)).collect();
        stored.sort();
        listed.sort();
        assert_eq!(stored, listed, "{kind:?}");
    }
}

#[test]
fn a_merge_sets_what_was_sent_and_keeps_the_rest() {
    let group = Group { name: "gold".into(), min_password: 9, ..Group::default() };
    let silver = merged(&group, json!({"name": "silver"}), CallerRole::Admin).unwrap();
    assert_eq!(silver, Group { name: "silver".into(), ..group });
}

#[test]
fn what_a_group_counts_is_within_what_can_be_met() {
    let refused = |group: Group| group.validate().unwrap_err().field.unwrap();
    let group = Group { name: "gold".into(), ..Group::default() };
    assert_eq!(group.validate(), Ok(()));
    for least in [0, 129, u16::MAX] {
        assert_eq!(refused(Group { min_username: least, ..group.clone() }), "min_username");
        assert_eq!(refused(Group { min_password: least, ..group.clone() }), "min_password");
    }
    for count in [0, 1_201] {
        let mut trials = group.trials;
        trials.window.count = count;
        assert_eq!(refused(Group { trials, ..group.clone() }), "trials");
    }
}

fn package(before: &Package, document: Value) -> Result<Package, Refusal> {
    let kind = RecordKind::Typed(Kind::Package);
    let merged = kind.merged(&Object::Package(before.clone()), &object(document), CallerRole::Admin, Unix(0))?;
    Ok(Package::from_object(merged).unwrap())
}

#[test]
fn what_stands_within_a_field_is_set_by_its_path_and_the_rest_is_kept() {
    let offers = |package: &Package| json!([package.official, package.trial]);
    let (month, day) = (json!({"count": 1, "unit": "months"}), json!({"count": 1, "unit": "days"}));
    let blank = Package { name: "a".into(), ..Package::default() };
    let priced = package(&blank, json!({"official.price": "5.00", "trial.term.unit": "hours"})).unwrap();
    let hour = json!({"count": 1, "unit": "hours"});
    assert_eq!(offers(&priced), json!([{"price": "5.00", "term": month}, {"price": "0.00", "term": hour}]));
    let longer = json!({"official.term.count": 30, "official.term": {"count": 3, "unit": "days"}});
    let longer = package(&priced, longer).unwrap().official.unwrap();
    assert_eq!(json!(longer), json!({"price": "5.00", "term": {"count": 30, "unit": "days"}}));
    let turned = package(&priced, json!({"official": false, "official.price": "9.00", "trial": true})).unwrap();
    assert_eq!(offers(&turned), json!([null, {"price": "0.00", "term": hour}]));
    let tried = package(&blank, json!({"trial": true})).unwrap();
    assert_eq!(json!(tried.trial), json!({"price": "0.00", "term": day}));
}

#[test]
fn a_path_that_leads_nowhere_is_refused_with_what_there_is() {
    let blank = Package { name: "a".into(), ..Package::default() };
    let refused = |document: Value| package(&blank, document).unwrap_err();
    let unknown = refused(json!({"official.colour": 1}));
    assert_eq!(unknown.field.as_deref(), Some("official.colour"));
    assert!(unknown.message.contains("price, term"), "{unknown}");
    for path in ["official.price.x", "name.x", "official.term.", "official..count"] {
        assert_eq!(refused(json!({path: 1})).field.as_deref(), Some(path));
    }
    assert_eq!(refused(json!({"official.price": "-1"})).field.as_deref(), Some("official.price"));
    assert_eq!(refused(json!({"official.term.count": "x"})).field.as_deref(), Some("official.term.count"));
}

#[test]
fn a_merge_names_the_field_that_is_wrong() {
    let group = Group { name: "gold".into(), ..Group::default() };
    let refused = |document: Value, role| merged(&group, document, role).unwrap_err();
    assert_eq!(refused(json!({"min_password": "x"}), CallerRole::Admin).field.as_deref(), Some("min_password"));
    assert_eq!(refused(json!({"colour": 1}), CallerRole::Admin).field.as_deref(), Some("colour"));
    assert_eq!(refused(json!({"id": 7}), CallerRole::Admin).code, Code::NotPermitted);
    assert_eq!(refused(json!({"name": "x"}), CallerRole::Reseller).code, Code::NotPermitted);
}
