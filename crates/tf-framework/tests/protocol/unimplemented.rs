//! What this server does not offer. Both cores take `Unimplemented` for "no such thing".

use plugin_proto::tfplugin6 as proto;
use tonic::Code;

use crate::core::Core;

#[tokio::test]
async fn it_says_so() {
    let mut client = Core::new("unimplemented").await.client;
    let mut code = Vec::new();
    code.push(
        client.generate_resource_config(proto::generate_resource_config::Request::default()).await.unwrap_err().code(),
    );
    code.push(client.list_resource(proto::list_resource::Request::default()).await.unwrap_err().code());
    code.push(
        client
            .validate_list_resource_config(proto::validate_list_resource_config::Request::default())
            .await
            .unwrap_err()
            .code(),
    );
    code.push(client.plan_action(proto::plan_action::Request::default()).await.unwrap_err().code());
    code.push(client.invoke_action(proto::invoke_action::Request::default()).await.unwrap_err().code());
    code.push(
        client.validate_action_config(proto::validate_action_config::Request::default()).await.unwrap_err().code(),
    );
    code.push(
        client.validate_state_store_config(proto::validate_state_store::Request::default()).await.unwrap_err().code(),
    );
    code.push(client.configure_state_store(proto::configure_state_store::Request::default()).await.unwrap_err().code());
    code.push(client.read_state_bytes(proto::read_state_bytes::Request::default()).await.unwrap_err().code());
    let chunks = tokio_stream::iter([proto::write_state_bytes::RequestChunk::default()]);
    code.push(client.write_state_bytes(chunks).await.unwrap_err().code());
    code.push(client.lock_state(proto::lock_state::Request::default()).await.unwrap_err().code());
    code.push(client.unlock_state(proto::unlock_state::Request::default()).await.unwrap_err().code());
    code.push(client.get_states(proto::get_states::Request::default()).await.unwrap_err().code());
    code.push(client.delete_state(proto::delete_state::Request::default()).await.unwrap_err().code());
    assert_eq!(code, [Code::Unimplemented; 14]);
}
