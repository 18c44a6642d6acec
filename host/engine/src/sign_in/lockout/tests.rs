//! Lock-out: who is locked, for how long, and who is not.

use super::*;

const NOW: Duration = Duration::from_secs(1_000);

fn lockout() -> Lockout {
    Lockout::new([7; 16])
}

fn of(lockout: &Lockout, name: &str, address: &str) -> Suspect {
    lockout.suspect("line", TenantId(1), name, address.parse().unwrap())
}

#[test]
fn after_five_failures_even_the_right_password_is_locked_for_a_quarter_of_an_hour() {
    let table = lockout();
    let guest = of(&table, "guest", "10.0.0.1");
    for _ in 0..5 {
        assert_eq!(table.judge(guest, false, Some(()), NOW), Verdict::Failed);
    }
    assert_eq!(table.judge(guest, true, Some(()), NOW), Verdict::Locked);
    let later = NOW + Duration::from_secs(15 * 60);
    assert_eq!(table.judge(guest, true, Some(()), later), Verdict::Passed);
}

#[test]
fn another_address_is_not_locked_and_a_good_sign_in_clears_the_count() {
    let table = lockout();
    let (here, there) = (of(&table, "guest", "10.0.0.1"), of(&table, "guest", "10.0.0.2"));
    for _ in 0..5 {
        table.judge(here, false, Some(()), NOW);
    }
    assert_eq!(table.judge(there, true, Some(()), NOW), Verdict::Passed);
    for _ in 0..4 {
        table.judge(there, false, Some(()), NOW);
    }
    assert_eq!(table.judge(there, true, Some(()), NOW), Verdict::Passed);
    assert_eq!(table.judge(there, false, Some(()), NOW), Verdict::Failed);
}

#[test]
fn a_hundred_failures_from_everywhere_lock_strangers_but_not_the_address_that_signed_in() {
    let table = lockout();
    let home = of(&table, "guest", "10.9.9.9");
    assert_eq!(table.judge(home, true, Some(()), NOW), Verdict::Passed);
    for host in 0..100 {
        table.judge(of(&table, "guest", &format!("10.0.1.{host}")), false, Some(()), NOW);
    }
    assert_eq!(table.judge(of(&table, "guest", "10.0.2.1"), true, Some(()), NOW), Verdict::Strange);
    assert_eq!(table.judge(home, true, Some(()), NOW), Verdict::Passed);
}

#[test]
fn an_address_that_fails_on_many_names_is_flooded_and_recovers() {
    let table = lockout();
    let tries = (0..80).map(|n| table.judge(of(&table, &format!("g{n}"), "10.0.0.1"), false, Some(()), NOW));
    assert_eq!(tries.filter(|verdict| *verdict == Verdict::Flooded).count(), 20);
    let later = NOW + Duration::from_secs(1);
    assert_eq!(table.judge(of(&table, "x", "10.0.0.1"), false, Some(()), later), Verdict::Failed);
}

#[test]
fn neighbours_in_a_64_are_one_address() {
    let table = lockout();
    for host in 1..=5 {
        table.judge(of(&table, "guest", &format!("2001:db8::{host}")), false, Some(()), NOW);
    }
    assert_eq!(table.judge(of(&table, "guest", "2001:db8::99"), true, Some(()), NOW), Verdict::Locked);
    assert_eq!(table.judge(of(&table, "guest", "2001:db8:0:1::1"), true, Some(()), NOW), Verdict::Passed);
}

#[test]
fn of_parallel_guesses_at_most_five_are_looked_at() {
    let table = lockout();
    let guest = of(&table, "guest", "10.0.0.1");
    let looked_at = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..16).map(|_| scope.spawn(|| table.judge(guest, false, Some(()), NOW) == Verdict::Failed)).collect();
        threads.into_iter().filter(|_| true).map(|thread| thread.join().unwrap()).filter(|seen| *seen).count()
    });
    assert_eq!(looked_at, 5);
}

#[test]
fn a_pair_that_is_unlocked_is_looked_at_again_and_its_address_counts_on() {
    let table = lockout();
    let guest = of(&table, "guest", "10.0.0.1");
    for _ in 0..5 {
        table.judge(guest, false, Some(()), NOW);
    }
    table.unlock(guest, NOW);
    assert_eq!(table.judge(guest, true, Some(()), NOW), Verdict::Passed);
    let tries = (0..56).map(|n| table.judge(of(&table, &format!("g{n}"), "10.0.0.1"), false, Some(()), NOW));
    assert_eq!(tries.filter(|verdict| *verdict == Verdict::Flooded).count(), 1);
}
