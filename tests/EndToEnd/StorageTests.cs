using System.Text;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>An attacker reads and writes the storage without access to the key vault.</summary>
public sealed class StorageTests(KeyserverFixture keyserver) : IClassFixture<KeyserverFixture>
{
    private readonly Api _api = keyserver.Api;
    private readonly StorageView _storage = new(keyserver.Stack);
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();
    private readonly string _mallory = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task No_cell_contains_a_key()
    {
        List<string> keys = [];
        keys.Add((await ReadAsync(_alice)).Ok().String("secretKey"));
        await AddAsync(_bob);
        keys.Add((await _api.GetAsync("keypair.getKeypair", _bob)).Ok().String("privateKey"));
        await _api.PostAsync("keypair.rotate", _bob, null);
        keys.Add((await _api.GetAsync("keypair.getKeypair", _bob)).Ok().String("privateKey"));
        await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob, rotate = true });
        keys.Add((await ReadAsync(_alice)).Ok().String("secretKey"));

        var cells = 0;
        foreach (var (_, row) in await _storage.AllAsync())
        {
            foreach (
                var cell in row.Select(column => column.Value as byte[] ?? Encoding.UTF8.GetBytes($"{column.Value}")))
            {
                cells++;
                Assert.All(keys.SelectMany(Forms), form => Assert.Equal(-1, cell.AsSpan().IndexOf(form)));
            }
        }

        Assert.InRange(cells, 100, int.MaxValue);
    }

    [Fact]
    public async Task Reads_changes_and_refusals_are_logged()
    {
        var before = await _storage.CountLogRowsAsync();
        (await ReadAsync(_alice)).Ok();
        await AddAsync(_bob);
        (await ReadAsync(_bob)).Ok();
        (await ReadAsync(_mallory)).Is(403, "Forbidden");
        (await ReadAsync(_mallory)).Is(403, "Forbidden");
        await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group });
        await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob, rotate = true });

        // create, read, add, read, denied (once a minute), rotate, remove and rotate
        Assert.Equal(8, await _storage.CountLogRowsAsync() - before);
        await _storage.EventsAreDeletedAsync();
    }

    [Fact]
    public async Task A_member_planted_in_the_storage_gets_nothing()
    {
        (await ReadAsync(_alice)).Ok();
        await AddAsync(_bob);
        (await _api.GetAsync("keypair.getKeypair", _mallory)).Ok();
        var genuine = await MemberRowAsync(_bob);

        // Bob's genuine row, changed to Mallory: correct in every column except those that identify the member.
        var tag = genuine.RowKey[genuine.RowKey.LastIndexOf('~')..];
        var forged =
            new TableEntity(genuine.PartitionKey, $"m:{await _storage.PartitionOfAccountAsync(_mallory)}{tag}");
        foreach (var (name, value) in genuine.Where(
            column => column.Key is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag")))
            forged[name] = name == "Did" ? _mallory : value;
        await _storage.Groups.AddEntityAsync(forged);

        (await ReadAsync(_mallory)).Is(500, "InternalServerError");
        (await ReadAsync(_bob)).Ok();
        await Logged.ContainsAsync(keyserver.Stack.Log, "tampered");
    }

    [Fact]
    public async Task A_delegate_planted_in_the_storage_has_no_permissions()
    {
        (await ReadAsync(_alice)).Ok();
        await AddDelegateAsync("add_member");
        (await _api.GetAsync("keypair.getKeypair", _mallory)).Ok();
        var genuine = await DelegateRowAsync(_bob);
        var tag = genuine.RowKey[genuine.RowKey.LastIndexOf('~')..];
        var forged =
            new TableEntity(genuine.PartitionKey, $"d:{await _storage.PartitionOfAccountAsync(_mallory)}{tag}");
        foreach (var (name, value) in genuine.Where(
            column => column.Key is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag")))
            forged[name] = name == "Did" ? _mallory : value;
        await _storage.Groups.AddEntityAsync(forged);

        foreach (
            var method in new[] { "group.addMember", "group.removeMember", "group.rotateKey", "group.listMembers",
            "group.removeDelegate" })
            (await _api.CallAsync(method, _mallory, Group, _mallory)).Is(500, "InternalServerError");
        (await _api.GetAsync("group.listDelegates", _alice, ("group_id", Group))).Is(500, "InternalServerError");
        (await _api.PostAsync("group.addMember", _bob, new { group_id = Group, member_did = _mallory })).Ok();
        await Logged.ContainsAsync(keyserver.Stack.Log, "tampered");
    }

    [Theory]
    [InlineData("Permissions", 7)]
    [InlineData("Expires", 0L)]
    [InlineData("Epoch", 1L)]
    [InlineData("Incarnation", 9)]
    [InlineData("HasAdded", 1)]
    [InlineData("ActorId", "owner")]
    public async Task A_delegate_with_a_changed_row_has_no_permissions(string column, object value)
    {
        (await ReadAsync(_alice)).Ok();
        await AddDelegateAsync("add_member", "2099-01-01T00:00:00Z");
        var row = await DelegateRowAsync(_bob);
        Assert.NotEqual(value, row[column]);
        row[column] = value;
        await _storage.Groups.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        (await _api.PostAsync("group.addMember", _bob, new { group_id = Group, member_did = _mallory }))
            .Is(500, "InternalServerError");
        (await _api.PostAsync("group.rotateKey", _bob, new { group_id = Group })).Is(500, "InternalServerError");
    }

    [Fact]
    public async Task A_changed_head_is_not_served()
    {
        (await ReadAsync(_alice)).Ok();
        await foreach (
            var head in _storage.Groups.QueryAsync<TableEntity>(
            $"PartitionKey eq '{await _storage.PartitionOfGroupAsync(Group)}' "
                + "and RowKey ge 'head' and RowKey lt 'heae'"))
        {
            head["Epoch"] = 99L;
            await _storage.Groups.UpdateEntityAsync(head, head.ETag, TableUpdateMode.Replace);
        }

        (await ReadAsync(_alice)).Is(500, "InternalServerError");
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Is(500, "InternalServerError");
    }

    [Fact]
    public async Task An_account_without_its_key_row_does_not_exist_and_its_keys_do_not_open()
    {
        (await _api.GetAsync("keypair.getKeypair", _bob)).Ok();
        var partition = await _storage.PartitionOfAccountAsync(_bob);
        await _storage.Accounts.DeleteEntityAsync(partition, $"account~{partition[..8]}");
        var other = await keyserver.Stack.StartInstanceAsync();
        using var cold = new Api(keyserver.Stack, other.Origin);
        (await cold.GetAsync("keypair.getKeypair", _bob, ("version", "1"))).Is(404, "KeyVersionNotFound");
    }

    private static IEnumerable<byte[]> Forms(string hex)
    {
        var raw = Convert.FromHexString(hex);
        yield return raw;
        yield return Encoding.UTF8.GetBytes(hex);
        yield return Encoding.UTF8.GetBytes(hex.ToUpperInvariant());
        yield return Encoding.UTF8.GetBytes(Convert.ToBase64String(raw));
        yield return Encoding.UTF8.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(raw));
    }

    private async Task AddDelegateAsync(string permission, string? expires = null) => (await _api.PostAsync(
        "group.addDelegate", _alice, new { group_id = Group, delegate_did = _bob, permissions = new[] { permission },
            expires_at = expires })).Ok();

    private async Task<TableEntity> DelegateRowAsync(string did)
    {
        await foreach (
            var row in _storage.Groups.QueryAsync<TableEntity>($"Did eq '{did}' and RowKey ge 'd:' and RowKey lt 'd;'"))
            return row;
        throw new InvalidOperationException("The delegate has no row.");
    }

    private async Task<TableEntity> MemberRowAsync(string did)
    {
        await foreach (
            var row in _storage.Groups.QueryAsync<TableEntity>($"Did eq '{did}' and RowKey ge 'm:' and RowKey lt 'm;'"))
            return row;
        throw new InvalidOperationException("The member has no row.");
    }

    private async Task AddAsync(string did) =>
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = did })).Ok();

    private Task<Answer> ReadAsync(string did) => _api.GetAsync("group.getKey", did, ("group_id", Group));
}
