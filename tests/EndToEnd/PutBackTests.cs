using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// A writer to the storage restores old rows to bring back an old state in which an account had access or a number was
/// unused.
/// </summary>
public sealed class PutBackTests(KeyserverFixture keyserver) : IClassFixture<KeyserverFixture>
{
    private readonly Api _api = keyserver.Api;
    private readonly StorageView _storage = new(keyserver.Stack);
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _carol = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task A_removed_member_is_not_cached_when_the_group_restarts_at_its_old_epoch()
    {
        (await ReadAsync(_alice)).Ok();
        await ChangeAsync("addMember", _bob);
        (await ReadAsync(_bob)).Ok();
        await ChangeAsync("removeMember", _bob);
        (await ReadAsync(_bob)).Is(403, "Forbidden");

        await foreach (var row in _storage.Groups.QueryAsync<TableEntity>(
            $"PartitionKey eq '{await _storage.PartitionOfGroupAsync(Group)}'"))
            await _storage.Groups.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        (await ReadAsync(_alice)).Ok();
        await ChangeAsync("addMember", _carol);
        (await ReadAsync(_bob)).Is(403, "Forbidden");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData("1")]
    [InlineData(null)]
    public async Task A_head_without_a_valid_generation_is_tampering_and_is_not_replaced(object? generation)
    {
        (await ReadAsync(_alice)).Ok();
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        await ExchangeAsync(_storage.Groups, await _storage.PartitionOfGroupAsync(Group), "head", generation);
        await ExchangeAsync(_storage.Accounts, await _storage.PartitionOfAccountAsync(_alice), "head", generation);

        (await ReadAsync(_alice)).Is(500, "InternalServerError");
        (await _api.GetAsync("keypair.getKeypair", _alice)).Is(500, "InternalServerError");
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice))).Is(500, "InternalServerError");
        Assert.DoesNotContain(
            keyserver.Stack.Log.Lines, line => line.Contains("Unhandled exception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_above_the_active_one_is_tampering()
    {
        (await ReadAsync(_alice)).Ok();
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        await CopyNextVersionAsync(_storage.Groups, await _storage.PartitionOfGroupAsync(Group));
        await CopyNextVersionAsync(_storage.Accounts, await _storage.PartitionOfAccountAsync(_alice));
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Is(500, "InternalServerError");
        (await _api.PostAsync("keypair.rotate", _alice, null)).Is(500, "InternalServerError");
    }

    [Fact]
    public async Task Versions_without_their_head_are_tampering()
    {
        (await ReadAsync(_alice)).Ok();
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        var (group, account) =
            (await _storage.PartitionOfGroupAsync(Group), await _storage.PartitionOfAccountAsync(_alice));
        foreach (var (table, partition) in new[] { (_storage.Groups, group), (_storage.Accounts, account) })
        {
            var head = await RowAsync(table, partition, "head");
            await table.DeleteEntityAsync(partition, head.RowKey);
        }

        (await ReadAsync(_alice)).Is(500, "InternalServerError");
        (await _api.GetAsync("keypair.getKeypair", _alice)).Is(500, "InternalServerError");
    }

    private static async Task CopyNextVersionAsync(TableClient table, string partition)
    {
        var first = await RowAsync(table, partition, "v:");
        await table.AddEntityAsync(
            new TableEntity(partition, first.RowKey.Replace("0001~", "0002~", StringComparison.Ordinal)));
    }

    private static async Task ExchangeAsync(TableClient table, string partition, string prefix, object? generation)
    {
        var row = await RowAsync(table, partition, prefix);
        row.Remove("Generation");
        if (generation is not null)
            row["Generation"] = generation;
        await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
    }

    private static async Task<TableEntity> RowAsync(TableClient table, string partition, string prefix)
    {
        await foreach (var row in table.QueryAsync<TableEntity>(
            $"PartitionKey eq '{partition}' and RowKey ge '{prefix}' and RowKey lt '{prefix}~~'"))
            return row;
        throw new InvalidOperationException("The row does not exist.");
    }

    private async Task ChangeAsync(string change, string member) =>
        (await _api.PostAsync($"group.{change}", _alice, new { group_id = Group, member_did = member })).Ok();

    private Task<Answer> ReadAsync(string did) => _api.GetAsync("group.getKey", did, ("group_id", Group));
}
