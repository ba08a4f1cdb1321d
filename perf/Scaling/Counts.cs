using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>
/// Counts requests, rows and bytes. The machine's speed affects only how many calls of a hot group share a log row.
/// </summary>
internal sealed class Counts(CountingStack counting)
{
    private const int AtOnce = 64;
    private const int HotCalls = 4_000;
    private const int Sample = 20;

    private readonly CountingStage _stage = counting.Stage;
    private readonly StoredRows _rows = new(counting.Stack);

    /// <summary>Average bytes by kind of row.</summary>
    public async Task<SortedDictionary<string, double>> RowsAsync()
    {
        var before = (await _rows.AllAsync()).Select(row => row.Place).ToHashSet();
        for (var i = 0; i < Sample; i++)
        {
            var owner = _stage.NewAccount();
            var group = ("group_id", (object)$"{owner}#friends");
            await Make("keypair.getKeypair", owner);
            await Make("group.getKey", owner, group);
            await Make("group.addMember", owner, group, ("member_did", _stage.NewAccount()));
            var delegated = ("delegate_did", (object)_stage.NewAccount());
            await Make("group.addDelegate", owner, group, delegated, CountedMethods.Permissions);
        }

        return new(
            (await _rows.AllAsync())
                .Where(row => !before.Contains(row.Place))
                .Where(row => !row.Kind.StartsWith("accesslog", StringComparison.Ordinal))
                .GroupBy(row => row.Kind)
                .ToDictionary(kind => kind.Key, kind => kind.Average(row => row.Bytes)));
    }

    public async IAsyncEnumerable<CallFigures> CallsAsync()
    {
        foreach (var method in CountedMethods.All)
        {
            var (first, later) = await method.CountAsync(_stage);
            yield return new CallFigures(method.Name, method.Line(first, later), later, first);
        }
    }

    /// <summary>Makes sequential calls, so that each entry has its own row.</summary>
    public async Task<LogFigures> LogAsync()
    {
        using var pds = new Sender(counting.Stack, counting.Stack.App, asPds: true);
        var (owner, group) = await GroupAsync();
        return new LogFigures(await BytesAsync(_stage.Make), await BytesAsync(pds.SendAsync));

        async Task<double> BytesAsync(Send send)
        {
            var before = await _rows.LogAsync();
            for (var i = 0; i < Sample; i++)
                await send("group.getKey", owner, group);
            var after = await _rows.LogAsync();
            return (after.Bytes - before.Bytes) / (double)(after.Rows - before.Rows);
        }
    }

    public async Task<HotFigures> HotAsync()
    {
        using var sender = new Sender(counting.Stack, counting.Instance.Origin);
        var (owner, group) = await GroupAsync();
        var token = sender.Token(owner, "group.getKey");
        var values = new Dictionary<string, object> { [group.Name] = group.Value };
        await sender.SendAsync("group.getKey", token, values);
        var before = await _rows.LogAsync();
        _stage.Storage.Take();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, HotCalls),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (_, _) => await sender.SendAsync("group.getKey", token, values));
        var calls = _stage.Storage.Take();
        var after = await _rows.LogAsync();
        return new HotFigures(
            HotCalls,
            calls.Requests / (double)HotCalls,
            calls.Rows / (double)HotCalls,
            after.Rows - before.Rows,
            (after.Bytes - before.Bytes) / (double)HotCalls);
    }

    /// <summary>Counts a start, all shard keys, and each timer without work.</summary>
    public async Task<List<WorkFigures>> WorkAsync()
    {
        var accounts = AccountOfEachShard();
        foreach (var account in accounts)
            await Make("keypair.getKeypair", account);

        await using var meter = await StorageMeter.StartAsync(counting.Stack);
        var vault = _stage.Vault();
        var instance = await counting.Stack.StartInstanceAsync(meter.Settings);
        using var sender = new Sender(counting.Stack, instance.Origin);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = instance.Origin };
        // Waits until the root key is open and the probe's cached result has expired.
        await Task.Delay(TimeSpan.FromSeconds(11));
        var figures = new List<WorkFigures> { Take("start, healthy and with the root") };
        using (var health = await http.GetAsync(new Uri("xrpc/_health", UriKind.Relative)))
            health.EnsureSuccessStatusCode();
        figures.Add(Take("a probe of its health"));
        await sender.SendAsync("keypair.getKeypair", accounts[0]);
        figures.Add(Take("its first call, with one shard key"));
        foreach (var account in accounts.Skip(1))
            await sender.SendAsync("keypair.getKeypair", account);
        figures.Add(Take("63 more accounts, each of another shard"));
        foreach (var timer in Timers.Names)
        {
            using var content = new StringContent("""{"input":""}""", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri($"admin/functions/{timer}", UriKind.Relative), content);
            answer.EnsureSuccessStatusCode();
            // The end of a timer is not reported. It takes a few ms.
            await Task.Delay(TimeSpan.FromSeconds(2));
            figures.Add(Take($"timer {timer}"));
        }

        await instance.StopAsync();
        return figures;

        WorkFigures Take(string what)
        {
            var before = vault;
            vault = _stage.Vault();
            return new WorkFigures(what, meter.Take(), vault - before);
        }
    }

    private async Task<(string Owner, (string Name, object Value) Group)> GroupAsync()
    {
        var owner = _stage.NewAccount();
        await Make("group.getKey", owner, ("group_id", $"{owner}#friends"));
        return (owner, ("group_id", $"{owner}#friends"));
    }

    private async Task Make(string method, string caller, params (string, object)[] values)
    {
        if (await _stage.Make(method, caller, values) is var status && status != 200)
            throw new InvalidOperationException($"{method} returned {status}.");
    }

    private string[] AccountOfEachShard()
    {
        var found = new Dictionary<int, string>();
        while (found.Count < Keyring.Shards)
        {
            var name = RandomNumberGenerator.GetHexString(16, lowercase: true);
            var did = counting.Stack.Atproto.CreateAccount($"s{name}.test", AccountMethod.Plc, AccountCurve.P256).Did;
            found.TryAdd(SHA256.HashData(Encoding.UTF8.GetBytes(did))[0] % Keyring.Shards, did);
        }

        return [.. found.Values];
    }
}
