using System.Security.Cryptography;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>An attacker can write the wrapped keys in the storage but has no access to the vault.</summary>
public sealed class KeyringTests : IAsyncLifetime
{
    private Stack _stack = null!;
    private string _alice = "";
    private TableClient _keyring = null!;

    public async Task InitializeAsync()
    {
        _stack = await Stack.StartAsync();
        _keyring = new TableServiceClient(_stack.Azurite.ConnectionString).GetTableClient("keyring");
        using var api = new Api(_stack);
        _alice = api.NewAccount();
        (await api.GetAsync("keypair.getKeypair", _alice)).Ok();
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task Each_key_is_created_once_and_one_account_needs_two()
    {
        var rows = await RowsAsync();
        Assert.Equal(2, rows.Count);
        Assert.Single(rows, row => row.RowKey == "root");
        Assert.All(rows, row =>
            Assert.StartsWith(_stack.KeyVault.VaultUri.ToString(), row.GetString("Kek"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_warm_call_does_not_call_the_vault()
    {
        using var api = new Api(_stack);
        var before = _stack.KeyVault.Requests;
        for (var call = 0; call < 5; call++)
            (await api.GetAsync("keypair.getKeypair", _alice)).Ok();
        Assert.Equal(before, _stack.KeyVault.Requests);
    }

    [Fact]
    public async Task An_instance_opens_the_root_before_the_first_request()
    {
        // Its own earlier row has such a line, too.
        await _stack.Keyserver.StopAsync();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stack.Log.Written += line =>
        {
            if (line.Contains("Keyring opened", StringComparison.Ordinal))
                opened.TrySetResult();
        };
        await _stack.StartInstanceAsync();
        await opened.Task.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_key_that_names_another_vault_is_refused_without_a_call()
    {
        foreach (var row in await RowsAsync())
        {
            row["Kek"] = $"https://vault.example.com/keys/mine/1";
            await _keyring.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        }

        await RefusedByAColdInstanceAsync();
        await Logged.ContainsAsync(_stack.Log, "a vault other than the configured one");
    }

    [Fact]
    public async Task A_shard_key_in_place_of_the_root_is_refused()
    {
        var rows = await RowsAsync();
        var (root, shard) = (rows.Single(row => row.RowKey == "root"), rows.Single(row => row.RowKey != "root"));
        root["Wrapped"] = shard["Wrapped"];
        await _keyring.UpdateEntityAsync(root, root.ETag, TableUpdateMode.Replace);
        await RefusedByAColdInstanceAsync();
    }

    [Fact]
    public async Task A_shard_key_wrapped_by_an_attacker_is_refused_before_the_vault_is_called()
    {
        var shard = (await RowsAsync()).Single(row => row.RowKey != "root");
        shard["Wrapped"] = RandomNumberGenerator.GetBytes(256);
        await _keyring.UpdateEntityAsync(shard, shard.ETag, TableUpdateMode.Replace);
        await RefusedByAColdInstanceAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_keyring_with_the_pinned_fingerprint_opens(bool exchanged)
    {
        var line = _stack.Log.Lines.Single(line => line.Contains("Keyring opened", StringComparison.Ordinal));
        var fingerprint = line[(line.LastIndexOf(' ') + 1)..];
        if (exchanged)
        {
            // Everything is recreated, as an attacker with the public half of the KEK could do.
            foreach (var row in await RowsAsync())
                await _keyring.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        }

        var pinned = await _stack.StartInstanceAsync(
            new Dictionary<string, string> { ["Keyserver__KeyVault__KeyringFingerprint"] = fingerprint });
        using var api = new Api(_stack, pinned.Origin);
        var answer = await api.GetAsync("keypair.getKeypair", api.NewAccount());
        if (exchanged)
            answer.Is(500, "InternalServerError");
        else
            answer.Ok();
    }

    [Fact]
    public async Task Instances_that_start_together_on_an_empty_storage_agree_on_the_keys()
    {
        foreach (var row in await RowsAsync())
            await _keyring.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        var instances = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => _stack.StartInstanceAsync()));
        var apis = instances.Select(instance => new Api(_stack, instance.Origin)).ToArray();
        var accounts = Enumerable.Range(0, 20).Select(_ => apis[0].NewAccount()).ToArray();
        await Task.WhenAll(accounts.Select((account, i) => apis[i % 2].GetAsync("keypair.getKeypair", account)));
        foreach (var account in accounts)
        {
            Assert.Equal(
                (await apis[0].GetAsync("keypair.getKeypair", account)).Ok().Text,
                (await apis[1].GetAsync("keypair.getKeypair", account)).Ok().Text);
        }
    }

    private async Task RefusedByAColdInstanceAsync()
    {
        var cold = await _stack.StartInstanceAsync();
        using var api = new Api(_stack, cold.Origin);
        (await api.GetAsync("keypair.getKeypair", _alice)).Is(500, "InternalServerError");
    }

    private async Task<List<TableEntity>> RowsAsync()
    {
        var rows = new List<TableEntity>();
        await foreach (var row in _keyring.QueryAsync<TableEntity>($"PartitionKey eq 'keyring'"))
            rows.Add(row);
        return rows;
    }
}
