using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.KeyManagement;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>
/// A stack with a second instance whose requests are counted. All tables exist, and it has opened the shard key.
/// </summary>
public sealed class CountingStack : IAsyncDisposable
{
    private readonly Sender _maker;
    private readonly Sender _counter;
    private readonly StorageMeter _meter;
    private int _accounts;

    private CountingStack(Stack stack, StorageMeter meter, AppProcess instance)
    {
        Stack = stack;
        Instance = instance;
        _meter = meter;
        _maker = new Sender(stack, stack.App);
        _counter = new Sender(stack, instance.Origin);
        Stage = new CountingStage(
            NewAccount, _maker.SendAsync, _counter.SendAsync, meter, () => stack.KeyVault.Requests, () =>
                stack.Atproto.TotalLookups, () =>
                EventDeletion.WaitAsync(new TableServiceClient(stack.Azurite.ConnectionString)));
    }

    public Stack Stack { get; }

    /// <summary>The measured instance.</summary>
    public AppProcess Instance { get; }

    public CountingStage Stage { get; }

    public static async Task<CountingStack> StartAsync()
    {
        var stack = await Stack.StartAsync(new StackOptions
        {
            LogLines = 1_000,
            Environment = new Dictionary<string, string>(Timers.Off)
            {
                ["Keyserver__RateLimits__Enabled"] = "false",
                ["Keyserver__RateLimits__TrustedProxies"] = "2",
            },
        });
        var meter = await StorageMeter.StartAsync(stack);
        var counting = new CountingStack(stack, meter, await stack.StartInstanceAsync(meter.Settings));
        await counting.OpenAsync();
        return counting;
    }

    public async ValueTask DisposeAsync()
    {
        _maker.Dispose();
        _counter.Dispose();
        await Stack.DisposeAsync();
        await _meter.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        var owner = NewAccount();
        await Stage.Make("keypair.getPublicKey", null, ("did", owner));
        await Stage.Make("group.getKey", owner, ("group_id", $"{owner}#friends"));
        await Stage.Make("group.delete", owner, ("group_id", $"{owner}#friends"));
        await Stage.Count("keypair.getKeypair", NewAccount());
    }

    /// <summary>In the first shard: another shard key might have to be opened first.</summary>
    private string NewAccount()
    {
        while (true)
        {
            var name = $"counted{Interlocked.Increment(ref _accounts)}.test";
            var did = Stack.Atproto.CreateAccount(name, AccountMethod.Plc, AccountCurve.P256).Did;
            if (SHA256.HashData(Encoding.UTF8.GetBytes(did))[0] % Keyring.Shards == 0)
                return did;
        }
    }
}
