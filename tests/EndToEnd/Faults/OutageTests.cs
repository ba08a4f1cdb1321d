using System.Diagnostics;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// Storage or vault fails completely, refuses connections and recovers: in the meantime a clean 503 within 8 s or the
/// correct response; afterwards everything works as before, without a restart.
/// </summary>
public sealed class OutageTests(OutageTests.OnDisk keyserver) : IClassFixture<OutageTests.OnDisk>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();
    private readonly string _bob = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task Without_storage_every_method_is_unavailable_until_it_recovers()
    {
        var before = await KeysAsync();
        await keyserver.Stack.Azurite.StopAsync();
        await AreUnavailableAsync();
        (await _api.GetAsync("server.describeServer", null)).Ok();

        await keyserver.Stack.Azurite.RestartAsync();
        Assert.Equal(before, await KeysAsync());
        await WorksAsync();
    }

    [Fact]
    public async Task An_app_that_starts_before_its_storage_is_unhealthy_until_the_storage_starts()
    {
        var before = await KeysAsync();
        await keyserver.Stack.Azurite.StopAsync();
        var restarted = keyserver.Stack.Keyserver.RestartAsync();
        (await FirstAnswerAsync("/xrpc/_health")).Is(503, "UpstreamFailure");
        await AreUnavailableAsync();

        await keyserver.Stack.Azurite.RestartAsync();
        await restarted;
        Assert.Equal(before, await KeysAsync());
    }

    [Fact]
    public async Task A_new_instance_opens_nothing_until_the_vault_recovers()
    {
        var before = await KeysAsync();
        await keyserver.Stack.Keyserver.RestartAsync();
        await keyserver.Stack.KeyVault.DisposeAsync();
        await AreUnavailableAsync();

        await keyserver.Stack.RestartKeyVaultAsync();
        Assert.Equal(before, await KeysAsync());
        await WorksAsync();
    }

    [Fact]
    public async Task Without_the_vault_an_app_uses_its_cached_keys()
    {
        var before = await KeysAsync();
        await keyserver.Stack.KeyVault.DisposeAsync();
        try
        {
            Assert.Equal(before, await KeysAsync());
            await WorksAsync();
        }
        finally
        {
            await keyserver.Stack.RestartKeyVaultAsync();
        }
    }

    /// <summary>Everything that Alice can read, created if it is missing.</summary>
    private async Task<string> KeysAsync()
    {
        var keypair = (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        var key = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var versions = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Ok();
        return $"{keypair.Text} {key.Text} {versions.Text}";
    }

    /// <summary>Everything works that needs no new key from the vault.</summary>
    private async Task WorksAsync()
    {
        (await _api.PostAsync("keypair.rotate", _alice, null)).Ok();
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group })).Ok();
        (await _api.PostAsync("group.addMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.GetAsync("group.getKey", _bob, ("group_id", Group))).Ok();
        (await _api.PostAsync("group.removeMember", _alice, new { group_id = Group, member_did = _bob })).Ok();
        (await _api.GetAsync("group.getKey", _alice, ("group_id", $"{_alice}#family"))).Ok();
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice))).Ok();
    }

    /// <summary>
    /// Concurrent calls of all methods wait at most 8 s for a failed dependency, plus the time that this machine needs
    /// for as many calls.
    /// </summary>
    private async Task AreUnavailableAsync()
    {
        var since = Stopwatch.GetTimestamp();
        await Task.WhenAll(Methods.Stored.Select(_ => _api.GetAsync("server.describeServer", null)));
        var limit = Limit + (2 * Stopwatch.GetElapsedTime(since));
        await Task.WhenAll(Methods.Stored.Select(
            method => IsUnavailableAsync(() => _api.CallAsync(method, _alice, Group, _bob), limit)));
    }

    private static async Task IsUnavailableAsync(Func<Task<Answer>> call, TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        (await call()).Is(503, "UpstreamFailure");
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, limit);
    }

    /// <summary>The first response of an app that is starting.</summary>
    private async Task<Answer> FirstAnswerAsync(string path)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                return await _api.SendAsync(request);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>With data folders, so that storage and vault keep their data over a restart.</summary>
    public sealed class OnDisk : KeyserverFixture
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("keyserver-faults-").FullName;

        protected override string DataFolder => _folder;

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
