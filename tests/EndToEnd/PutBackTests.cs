using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>A writer to the storage tries to lead the server back to a state in which somebody had access.</summary>
public sealed class PutBackTests(KeyserverFixture keyserver) : IClassFixture<KeyserverFixture>
{
    private readonly Api _api = keyserver.Api;
    private readonly TableServiceClient _storage = new(keyserver.Stack.Azurite.ConnectionString);
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _carol = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    private string Partition => Group.Replace("#", "=23", StringComparison.Ordinal);

    private TableClient Groups => _storage.GetTableClient("groups");

    [Fact]
    public async Task A_removed_member_is_not_remembered_when_the_group_starts_again_at_the_epoch_of_then()
    {
        (await ReadAsync(_alice)).Ok();
        await ChangeAsync("addMember", _bob);
        (await ReadAsync(_bob)).Ok();
        await ChangeAsync("removeMember", _bob);
        (await ReadAsync(_bob)).Is(403, "Forbidden");

        await foreach (var row in Groups.QueryAsync<TableEntity>($"PartitionKey eq '{Partition}'"))
            await Groups.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        (await ReadAsync(_alice)).Ok();
        await ChangeAsync("addMember", _carol);
        (await ReadAsync(_bob)).Is(403, "Forbidden");
    }

    private async Task ChangeAsync(string change, string member) =>
        (await _api.PostAsync($"group.{change}", _alice, new { group_id = Group, member_did = member })).Ok();

    private Task<Answer> ReadAsync(string did) => _api.GetAsync("group.getKey", did, ("group_id", Group));
}
