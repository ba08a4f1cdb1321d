using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Operations that an operator starts with the admin route, as owners and members see them.</summary>
public sealed class OperatorTests(KeyserverFixture fixture) : IClassFixture<KeyserverFixture>
{
    private Api Api => fixture.Api;

    [Fact]
    public async Task All_keys_are_rotated_and_old_versions_stay_readable()
    {
        var (alice, bob) = (Api.NewAccount(), Api.NewAccount());
        var group = $"{alice}#friends";
        var before = (await Api.GetAsync("group.getKey", alice, ("group_id", group))).Ok().String("secretKey");
        (await Api.PostAsync("group.addMember", alice, new { group_id = group, member_did = bob })).Ok();
        var pair = (await Api.GetAsync("keypair.getKeypair", alice)).Ok().String("privateKey");

        var completed = CountCompleted();
        await Timers.StartAsync(Api, "RotateEverything");
        await Eventually.TrueAsync(() => CountCompleted() > completed);
        var after = (await Api.GetAsync("group.getKey", bob, ("group_id", group))).Ok();
        Assert.Equal(2, after.Int("version"));
        Assert.NotEqual(before, after.String("secretKey"));
        Assert.Equal(before,
            (await Api.GetAsync("group.getKey", bob, ("group_id", group), ("version", "1"))).Ok().String("secretKey"));
        Assert.Equal(2, (await Api.GetAsync("keypair.getKeypair", alice)).Ok().Int("version"));
        Assert.Equal(
            pair, (await Api.GetAsync("keypair.getKeypair", alice, ("version", "1"))).Ok().String("privateKey"));
        var rotation = (await Api.GetAsync("group.getAccessLog", alice, ("group_id", group)))
            .Ok().Json.GetProperty("entries").EnumerateArray()
            .Single(entry => entry.GetProperty("action").GetString() == "rotate");
        Assert.Equal(Api.Did, rotation.GetProperty("did").GetString());
    }

    /// <summary>The service scans a large table for 5 s before it returns a partial page.</summary>
    [Fact]
    public async Task A_slow_table_scan_does_not_stop_a_rotation()
    {
        var alice = Api.NewAccount();
        (await Api.GetAsync("keypair.getKeypair", alice)).Ok();
        var slow = 0;
        await using var storage = await RecordingProxy.StartAsync(fixture.Stack.Azurite.Endpoint);
        storage.Between = async (call, send) =>
        {
            if (Uri.UnescapeDataString(call.RequestUri!.Query).Replace('+', ' ')
                .Contains("RowKey ge 'head'", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref slow);
                await Task.Delay(TimeSpan.FromSeconds(2.5));
            }

            return await send();
        };
        var through = fixture.Stack.Azurite.ConnectionString.Replace(
            fixture.Stack.Azurite.Endpoint.Authority, $"127.0.0.1:{storage.Port}", StringComparison.Ordinal);
        var instance = await fixture.Stack.StartInstanceAsync(
            new Dictionary<string, string>(Timers.Off) { ["Keyserver__Tables__ConnectionString"] = through });
        using var api = new Api(fixture.Stack, instance.Origin);
        var completed = CountCompleted();
        await Timers.StartAsync(api, "RotateEverything");
        await Eventually.TrueAsync(() => CountCompleted() > completed);
        Assert.Equal(2, (await Api.GetAsync("keypair.getKeypair", alice)).Ok().Int("version"));
        Assert.InRange(slow, 1, 2);
    }

    /// <summary>All tests of the class share one log, and a start joins a rotation that is still running.</summary>
    private int CountCompleted() => fixture.Stack.Log.Lines.Count(
        line => line.Contains("RotateEverything is complete", StringComparison.Ordinal));

    [Fact]
    public async Task Shard_keys_are_rotated_under_running_and_cold_instances()
    {
        var alice = Api.NewAccount();
        var pair = (await Api.GetAsync("keypair.getKeypair", alice)).Ok().String("privateKey");
        await Timers.StartAsync(Api, "RotateShardKeys");
        await Logged.ContainsAsync(fixture.Stack.Log, "old shard keys are kept until a later run");
        var cold = await fixture.Stack.StartInstanceAsync();
        using var api = new Api(fixture.Stack, cold.Origin);
        foreach (var instance in (Api[])[Api, api])
            Assert.Equal(pair,
                (await instance.GetAsync("keypair.getKeypair", alice, ("version", "1"))).Ok().String("privateKey"));
        var rows = await new StorageView(fixture.Stack).AllAsync();
        Assert.Contains(
            rows, row => row.Table == "keyring" && row.Row.RowKey.EndsWith(".0000000002", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_operator_function_refuses_to_run_on_a_schedule()
    {
        var settings = new Dictionary<string, string> { ["AzureWebJobs_RotateEverything_Disabled"] = "false" };
        var instance = await fixture.Stack.StartInstanceAsync(settings);
        using var api = new Api(fixture.Stack, instance.Origin);
        await Timers.StartAsync(api, "RotateEverything");
        await Logged.ContainsAsync(fixture.Stack.Log, "RotateEverything was not started");
    }

    [Fact]
    public async Task The_timer_rewraps_all_keys_with_a_new_version_of_the_KEK()
    {
        var alice = Api.NewAccount();
        var pair = (await Api.GetAsync("keypair.getKeypair", alice)).Ok().Text;
        var before = await KeksAsync();
        await RotateKekAsync();
        await Timers.StartAsync(Api, "RewrapKeyring");
        await Logged.ContainsAsync(fixture.Stack.Log, "; 0 remaining");
        Assert.DoesNotContain(Assert.Single((await KeksAsync()).Distinct()), before);

        (await Api.GetAsync("keypair.getKeypair", alice)).Ok();
        var cold = await fixture.Stack.StartInstanceAsync();
        using var api = new Api(fixture.Stack, cold.Origin);
        Assert.Equal(pair, (await api.GetAsync("keypair.getKeypair", alice)).Ok().Text);
    }

    private async Task<string[]> KeksAsync() =>
        [.. (await new StorageView(fixture.Stack).AllAsync()).Where(row => row.Table == "keyring")
            .Select(row => row.Row.GetString("Kek"))];

    private async Task RotateKekAsync()
    {
        var settings = fixture.Stack.AppVariables;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(
            Path.Combine(fixture.Stack.KeyVault.CertificateFolder, "ca.pem")));
        using var http =
            new HttpClient(new SocketsHttpHandler { SslOptions =
            new SslClientAuthenticationOptions { CertificateChainPolicy = policy } });
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", settings["Keyserver__KeyVault__EmulatorToken"]);
        using var rotated = await http.PostAsync(
            new Uri($"{settings["Keyserver__KeyVault__KeyId"]}/rotate?api-version=7.5"), content: null);
        rotated.EnsureSuccessStatusCode();
    }
}
