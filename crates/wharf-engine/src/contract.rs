//! What every engine must do, as tests that an adapter runs against itself.
//!
//! A case is `async fn(&impl Engine, &Fixture)` and panics when the engine breaks the contract.
//! [`contract_tests!`](crate::contract_tests) makes one test of each; what a case created is
//! removed after it, also when it failed. Processes are [`Script`]s, a closed set, so that an
//! engine in memory can play them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the suite is tests, shared between crates; a broken contract ends the test"
)]

pub mod containers;
pub mod events;
mod fixture;
pub mod images;
mod known;
pub mod logs;
pub mod networks;
mod normal;
pub mod processes;
pub mod round_trip;
mod script;
pub mod volumes;

pub use fixture::{Fixture, eventually, run_case};
pub use known::KnownDifference;
pub use normal::as_inspected;
pub use script::Script;

/// Makes one test of every case. `$make` names a function
/// `async fn(case: &'static str) -> (impl Engine, Fixture)`.
#[macro_export]
macro_rules! contract_tests {
    ($make:path) => {
        $crate::contract_tests!(@cases $make, containers:
            creates_a_container_that_is_listed_and_not_started,
            starts_a_container_and_starting_again_is_fine,
            tells_the_exit_code,
            stops_a_container_and_stopping_again_is_fine,
            takes_the_container_s_own_grace,
            restarts_a_container,
            kills_a_container_and_refuses_when_it_does_not_run,
            removes_a_running_container_and_removing_again_is_fine,
            two_removals_at_once_are_fine,
            refuses_a_name_that_is_taken,
            renames_a_container,
            says_that_an_image_is_absent,
            says_that_a_container_is_not_found,
            says_that_a_port_is_taken,
            tells_health,
            puts_files_into_a_container,
            removes_anonymous_volumes_only_when_asked,
            tells_addresses_and_networks,
        );
        $crate::contract_tests!(@cases $make, round_trip:
            process_attributes_come_back_as_they_went,
            resource_attributes_come_back_as_they_went,
            security_attributes_come_back_as_they_went,
            network_attributes_come_back_as_they_went,
            mounts_come_back_as_they_went,
            a_removed_variable_is_not_there,
            an_empty_command_clears_the_image_s,
        );
        $crate::contract_tests!(@cases $make, networks:
            creates_lists_and_removes_a_network,
            refuses_a_second_network_of_one_name,
            refuses_to_remove_a_network_that_is_used,
            removing_a_network_that_is_gone_is_fine,
            connects_a_container_and_connecting_again_is_fine,
            containers_find_each_other_by_alias,
        );
        $crate::contract_tests!(@cases $make, volumes:
            creates_lists_and_removes_a_volume,
            creating_a_volume_again_is_fine,
            refuses_to_remove_a_volume_that_is_used,
            removing_a_volume_that_is_gone_is_fine,
        );
        $crate::contract_tests!(@cases $make, images:
            finds_an_image_with_what_it_declares,
            finds_no_image_that_is_not_there,
            says_that_an_image_cannot_be_pulled,
        );
        $crate::contract_tests!(@cases $make, processes:
            runs_a_command_and_gives_code_and_output,
            keeps_the_beginning_of_a_long_output,
            gives_up_on_a_command_that_takes_too_long,
            refuses_to_run_in_a_container_that_does_not_run,
            gives_variables_to_a_command,
            a_command_reads_what_is_written_to_it,
            a_command_has_a_terminal_that_can_be_resized,
            attaching_before_the_start_misses_nothing,
            an_attached_process_reads_what_is_written_to_it,
            waits_for_the_end_of_a_container,
        );
        $crate::contract_tests!(@cases $make, logs:
            tells_streams_and_times_in_order,
            gives_only_the_last_lines,
            follows_to_the_end_of_the_container,
            joins_long_lines,
            reads_the_log_of_a_terminal,
            gives_only_what_is_newer,
        );
        $crate::contract_tests!(@cases $make, events:
            tells_what_happens_to_a_project_only,
            tells_what_it_is,
        );
    };
    (@cases $make:path, $module:ident: $($case:ident,)*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $case() {
                    let (engine, fixture) = $make(stringify!($case)).await;
                    let case = $crate::contract::$module::$case(&engine, &fixture);
                    $crate::contract::run_case(&engine, &fixture, case).await;
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    /// A case that the macro forgets would never run.
    #[test]
    fn every_case_is_a_test() {
        let modules = [
            include_str!("contract/containers.rs"),
            include_str!("contract/events.rs"),
            include_str!("contract/images.rs"),
            include_str!("contract/logs.rs"),
            include_str!("contract/networks.rs"),
            include_str!("contract/processes.rs"),
            include_str!("contract/round_trip.rs"),
            include_str!("contract/volumes.rs"),
        ];
        let table = include_str!("contract.rs");
        let cases = modules.iter().flat_map(|text| text.lines()).filter_map(|line| {
            let rest = line.strip_prefix("pub async fn ")?;
            rest.split(['(', '<']).next()
        });
        let forgotten: Vec<_> =
            cases.filter(|case| !table.contains(&format!("            {case},\n"))).collect();
        assert!(forgotten.is_empty(), "not in the table: {forgotten:?}");
    }
}
