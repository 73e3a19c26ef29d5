//! Networks and volumes over the API.

pub(crate) mod twins;

use crate::Docker;
use crate::client::{Call, LONG};
use crate::containers::endpoint;
use crate::failure::Failure;
use crate::query::encode;
use bollard_stubs::models::{
    Ipam, IpamConfig, Network, NetworkConnectRequest, NetworkCreateRequest, Volume,
    VolumeCreateRequest, VolumeListResponse,
};
use std::collections::{BTreeMap, HashMap};
use wharf_engine::Result;
use wharf_engine::capability::{Networks, Volumes};
use wharf_plan::spec::{NetworkAttachment, NetworkSpec, VolumeSpec};
use wharf_plan::{ObservedNetwork, ObservedVolume};

impl Networks for Docker {
    async fn networks(&self) -> Result<BTreeMap<String, ObservedNetwork>> {
        let all: Vec<Network> = self
            .client
            .json(Call::get("/networks"))
            .await
            .map_err(|it| it.during("list networks"))?;
        Ok(all.into_iter().filter_map(observed_network).collect())
    }

    async fn create_network(&self, spec: &NetworkSpec) -> Result<()> {
        let created = async {
            let call = Call::post("/networks/create")
                .limit(LONG)
                .json(&NetworkBody { check_duplicate: true, network: network_body(spec) })?;
            let made: Made = self.client.json(call).await?;
            if self.client.speaks(1, 44) {
                return Ok(());
            }
            twins::give_way(&self.client, &spec.name, &made.id).await
        };
        let outcome: std::result::Result<(), Failure> = created.await;
        outcome.map_err(|it| it.during(format!("create network `{}`", spec.name)))
    }

    async fn remove_network(&self, name: &str) -> Result<()> {
        let path = format!("/networks/{}", encode(name));
        let remove = || self.client.unit(Call::delete(path.clone()).limit(LONG));
        gone(twins::outlasting(&self.client, remove).await)
            .map_err(|it| it.during(format!("remove network `{name}`")))
    }

    async fn connect(&self, container: &str, attachment: &NetworkAttachment) -> Result<()> {
        let network = &attachment.network;
        let connected = async {
            let body = NetworkConnectRequest {
                container: container.to_owned(),
                endpoint_config: Some(endpoint(attachment)),
            };
            let path = format!("/networks/{}/connect", encode(network));
            let connect = || async {
                self.client.unit(Call::post(path.clone()).limit(LONG).json(&body)?).await
            };
            match twins::outlasting(&self.client, connect).await {
                // Docker's words, then Podman's.
                Err(failure)
                    if failure.says("already exists in network")
                        || failure.says("is already connected") =>
                {
                    Ok(())
                }
                outcome => outcome.map(drop),
            }
        };
        connected.await.map_err(|it: Failure| {
            it.during(format!("connect container `{container}` to network `{network}`"))
        })
    }
}

/// Engines before API 1.44 allow two networks of one name unless this is set.
#[derive(serde::Serialize)]
struct NetworkBody {
    #[serde(rename = "CheckDuplicate")]
    check_duplicate: bool,
    #[serde(flatten)]
    network: NetworkCreateRequest,
}

/// The answer to a creation.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    id: String,
}

fn network_body(spec: &NetworkSpec) -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: spec.name.clone(),
        driver: Some(spec.driver.clone().unwrap_or_else(|| String::from("bridge"))),
        internal: Some(spec.internal),
        attachable: Some(spec.attachable),
        enable_ipv6: Some(spec.enable_ipv6),
        ipam: spec.ipam.as_ref().map(|ipam| Ipam {
            driver: Some(ipam.driver.clone().unwrap_or_else(|| String::from("default"))),
            config: Some(ipam.pools.iter().map(pool).collect()),
            options: Some(unordered(&ipam.options)),
        }),
        options: Some(unordered(&spec.driver_opts)),
        labels: Some(unordered(&spec.labels)),
        ..Default::default()
    }
}

fn pool(pool: &wharf_compose::model::IpamPool) -> IpamConfig {
    IpamConfig {
        subnet: pool.subnet.clone(),
        ip_range: pool.ip_range.clone(),
        gateway: pool.gateway.clone(),
        auxiliary_addresses: (!pool.aux_addresses.is_empty())
            .then(|| unordered(&pool.aux_addresses)),
    }
}

fn observed_network(network: Network) -> Option<(String, ObservedNetwork)> {
    let observed = ObservedNetwork {
        id: network.id?,
        labels: network.labels.unwrap_or_default().into_iter().collect(),
    };
    Some((network.name?, observed))
}

impl Volumes for Docker {
    async fn volumes(&self) -> Result<BTreeMap<String, ObservedVolume>> {
        let all: VolumeListResponse = self
            .client
            .json(Call::get("/volumes"))
            .await
            .map_err(|it| it.during("list volumes"))?;
        let read = |volume: Volume| {
            let labels = volume.labels.into_iter().collect();
            (volume.name, ObservedVolume { labels, driver: volume.driver })
        };
        Ok(all.volumes.unwrap_or_default().into_iter().map(read).collect())
    }

    async fn create_volume(&self, spec: &VolumeSpec) -> Result<()> {
        let created = async {
            let body = VolumeCreateRequest {
                name: Some(spec.name.clone()),
                driver: Some(spec.driver.clone().unwrap_or_else(|| String::from("local"))),
                driver_opts: Some(unordered(&spec.driver_opts)),
                labels: Some(unordered(&spec.labels)),
                ..Default::default()
            };
            let call = Call::post("/volumes/create").limit(LONG).json(&body)?;
            match self.client.unit(call).await {
                // Podman does not take the second creation for the first.
                Err(failure) if failure.says("volume already exists") => Ok(()),
                outcome => outcome.map(drop),
            }
        };
        created.await.map_err(|it: Failure| it.during(format!("create volume `{}`", spec.name)))
    }

    async fn remove_volume(&self, name: &str) -> Result<()> {
        let call = Call::delete(format!("/volumes/{}", encode(name))).limit(LONG);
        gone(self.client.unit(call).await)
            .map_err(|it| it.during(format!("remove volume `{name}`")))
    }
}

/// What is not there need not be removed.
fn gone<T>(outcome: std::result::Result<T, Failure>) -> std::result::Result<(), Failure> {
    match outcome {
        Err(failure) if failure.status() == Some(404) => Ok(()),
        outcome => outcome.map(drop),
    }
}

fn unordered(map: &BTreeMap<String, String>) -> HashMap<String, String> {
    map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}
