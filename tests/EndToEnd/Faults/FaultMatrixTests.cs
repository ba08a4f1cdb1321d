using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// Every fault of every dependency at every endpoint: the correct response or a clean 503 within 8 s, the state before
/// or after the call, and recovery without a restart. <c>KEYSERVER_FAULTS=all</c> tries every cell cold and warm, with
/// all calls failing and with every other one; otherwise the risky faults and some others are tried once, as
/// <c>KEYSERVER_FAULTS_SEED</c> selects.
/// </summary>
[Collection(FaultKeyserver.Name)]
public sealed class FaultMatrixTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("KEYSERVER_FAULTS") == "all";

    private readonly FaultKeyserver _keyserver;
    private readonly ITestOutputHelper _output;
    private readonly Dice _dice;

    public FaultMatrixTests(FaultKeyserver keyserver, ITestOutputHelper output)
    {
        _keyserver = keyserver;
        _output = output;
        var seed = ulong.TryParse(
            Environment.GetEnvironmentVariable("KEYSERVER_FAULTS_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : (ulong)Environment.TickCount64;
        _dice = new Dice(seed);
        output.WriteLine($"KEYSERVER_FAULTS_SEED={seed}");
    }

    [Fact]
    public async Task During_storage_faults_responses_are_correct_or_503_and_changes_are_atomic()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        var waves = new List<Wave>();
        foreach (var fault in Quick(sampled: 2))
        {
            foreach (var (warm, half) in Ways())
                waves.Add(
                    new Wave(_keyserver, instance, Dependency.Storage, fault) { IsWarm = warm,
                    Half = half ? new Dice(_dice.Next()) : null });
        }

        await RunAsync(waves);
    }

    [Fact]
    public async Task A_damaged_storage_response_is_never_used()
    {
        const int Sampled = 4;
        var instance = await _keyserver.SharedInstanceAsync();
        var faults = Fault.Damaged.ToList();
        while (!IsLong && faults.Count > Sampled)
            faults.RemoveAt(_dice.Below(faults.Count));
        await RunAsync([.. faults.Select(fault => new Wave(_keyserver, instance, Dependency.Storage, fault)
        {
            IsWarm = _dice.Below(2) == 0,
            Half = _dice.Below(3) == 0 ? new Dice(_dice.Next()) : null,
        })]);
    }

    /// <summary>
    /// False storage responses cannot be told from tampering: the result is 500, or what would be correct if they were
    /// true. But no false response makes the app overwrite or lose a key, or leave a change half done.
    /// </summary>
    [Fact]
    public async Task A_false_storage_response_makes_no_key_overwritten_or_lost()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        await RunAsync([.. Fault.Forged.Take(IsLong ? 6 : 2).SelectMany(fault => Ways().Select(way =>
            new Wave(_keyserver, instance, Dependency.Storage, fault) { IsWarm = way.Warm,
                Half = way.Half ? new Dice(_dice.Next()) : null }))]);
    }

    /// <summary>
    /// An instance requests each wrapped key once: each wave has accounts of a shard that it has not opened.
    /// </summary>
    [Fact]
    public async Task During_vault_faults_keys_open_or_fail_cleanly()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        // The root: nothing works without it, whatever the fault.
        (await instance.Api.GetAsync("keypair.listVersions", Accounts(0)())).Ok();
        var shard = 0;
        IEnumerable<Fault> faults = IsLong ? Quick(0) : [Fault.BadRequest, Fault.Mixed(_dice)];
        var waves =
            faults.SelectMany(fault => Waves(fault, isWarm: false).Concat(IsLong ? Waves(fault, isWarm: true) : []));
        await RunAsync([.. waves]);

        IEnumerable<Wave> Waves(Fault fault, bool isWarm) =>
            [new Wave(
                _keyserver, instance, Dependency.Vault, fault) { IsWarm = isWarm, NewAccount = Accounts(++shard) }];
    }

    /// <summary>A new instance has opened no key, and nothing works without the root key.</summary>
    [Fact]
    public async Task During_vault_faults_a_new_instance_opens_nothing_or_the_correct_keys()
    {
        var faults = IsLong ? Quick(0) : [Fault.Mixed(_dice)];
        await RunAsync(
            [.. await Task.WhenAll(faults.Select(
                async fault => new Wave(_keyserver, await _keyserver.StartInstanceAsync(), Dependency.Vault, fault)))],
            atOnce: 2);
    }

    [Fact]
    public async Task A_keypair_is_created_after_its_did_web_host_recovers()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        // An instance has slots for 12 unknown did:web hosts, and a lookup waits 500 ms for one.
        const int AtOnce = 12;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(
            async _ =>
                (await instance.Api.GetAsync("keypair.getPublicKey", null, ("did", instance.Api.NewAccount()))).Ok()));
        var limit = TimeSpan.FromSeconds(8) + (2 * Stopwatch.GetElapsedTime(began));
        await Parallel.ForEachAsync(
            Fault.All, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (fault, stop) =>
        {
            var isSound = false;
            await using var host = await RecordingProxy.StartAsync(_keyserver.Stack.Atproto.Origin);
            var did = $"did:web:localhost%3A{host.Port}";
            host.Between = async (request, _) =>
                isSound ? await DocumentAsync() : await fault.AnswerAsync(request, DocumentAsync);
            var since = Stopwatch.GetTimestamp();
            var answer = await AskAsync();
            Assert.True(Stopwatch.GetElapsedTime(since) < limit, fault.Name);
            if (fault.IsHarmless)
                answer.Ok();
            else if (fault.IsAbsence || fault.IsNoDocument)
                answer.Is(404, "KeyVersionNotFound");
            else
                answer.Is(503, "UpstreamFailure");

            isSound = true;
            // An absence is cached for 10 s, and a host that sends Retry-After is not called.
            var cached = fault.IsAbsence || fault.IsNoDocument ? TimeSpan.FromSeconds(10) : fault.Pause;
            since = Stopwatch.GetTimestamp();
            while (cached > TimeSpan.Zero && answer.Status != 200)
            {
                await Task.Delay(500, stop);
                var asked = Stopwatch.GetElapsedTime(since);
                answer = await AskAsync();
                Assert.True(
                    answer.Status == 200 || asked < cached + TimeSpan.FromSeconds(2), $"{fault}: {answer.Text}");
            }

            answer = await AskAsync();
            Assert.True(answer.Status == 200, $"{fault}, afterwards: {answer.Text}");

            Task<Answer> AskAsync() => instance.Api.GetAsync("keypair.getPublicKey", null, ("did", did));

            Task<HttpResponseMessage> DocumentAsync() => Task.FromResult(new HttpResponseMessage
            {
                Content = new StringContent(
                    $$"""{"id":"{{did}}","verificationMethod":[]}""", Encoding.UTF8, "application/json"),
            });
        });
    }

    [Fact]
    public async Task During_directory_faults_known_accounts_can_call_and_unknown_ones_get_503()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        List<Fault> faults = IsLong ? Quick(0) : [Fault.Mixed(_dice)];
        await RunAsync([.. faults.Select(fault => new Wave(_keyserver, instance, Dependency.Directory, fault))]);
        await RunAsync(
            [.. faults.Select(fault => new Wave(_keyserver, instance, Dependency.Directory, fault) { IsWarm = true })]);
    }

    /// <summary>Three at a time, each with its own instance, because they are slow.</summary>
    [Fact]
    public async Task No_slow_dependency_delays_a_response_by_8_s()
    {
        const int AtOnce = 3;
        var slow = Fault.All.Where(fault => fault.IsSlow).ToList();
        List<(Dependency, Fault)> faults = [.. Enum.GetValues<Dependency>().SelectMany(on =>
            (IsLong ? slow : [slow[_dice.Below(slow.Count)]]).Select(fault => (on, fault)))];
        foreach (var (warm, half) in IsLong ? Ways(halves: false) : [(_dice.Below(2) == 0, false)])
        {
            foreach (var few in faults.Chunk(AtOnce))
            {
                await RunAsync(
                    await Task.WhenAll(
                        few.Select(async pair =>
                        new Wave(_keyserver, await _keyserver.StartInstanceAsync(), pair.Item1, pair.Item2)
                    {
                        IsWarm = warm,
                        Half = half ? new Dice(_dice.Next()) : null,
                    })),
                    AtOnce);
            }
        }
    }

    /// <summary>All quick faults in the long run; in the short run the risky ones and some more.</summary>
    private List<Fault> Quick(int sampled)
    {
        var quick = Fault.All.Where(fault => !fault.IsSlow).ToList();
        if (IsLong)
            return quick;
        var others = quick.Where(fault => !fault.IsRisky).ToList();
        while (others.Count > sampled)
            others.RemoveAt(_dice.Below(others.Count));
        return [.. quick.Where(fault => fault.IsRisky), .. others];
    }

    private IEnumerable<(bool Warm, bool Half)> Ways(bool halves = true) => IsLong
        ? halves ? [(false, false), (true, false), (false, true), (true, true)] : [(false, false), (true, false)]
        : [(_dice.Below(2) == 0, halves && _dice.Below(3) == 0)];

    private async Task RunAsync(IReadOnlyList<Wave> waves, int atOnce = 1)
    {
        await Parallel.ForEachAsync(
            waves, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (wave, _) => await wave.RunAsync());
        await Task.WhenAll(waves.DistinctBy(wave => wave.Instance).Select(wave => wave.BecomesHealthyAsync()));
        _output.WriteLine(
            $"{waves.Sum(wave => wave.Cells)} cells, {waves.Sum(wave => wave.Unavailable)} 503 responses, "
            + $"the slowest after {waves.Max(wave => wave.Slowest).TotalSeconds:F1} s, "
                + $"{waves.Sum(wave => wave.CallsUnderFault)} calls to failed dependencies, "
            + $"{waves.Sum(wave => wave.SecondTries)} retries afterwards");
        var failures = waves.SelectMany(wave => wave.Failures).ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} failures:\n{string.Join('\n', failures.Take(100))}");
    }

    /// <summary>Accounts whose keys are sealed by the same shard key.</summary>
    private Func<string> Accounts(int shard) => () =>
    {
        while (true)
        {
            var account = _keyserver.Truth.NewAccount();
            if (SHA256.HashData(Encoding.UTF8.GetBytes(account))[0] % 64 == shard)
                return account;
        }
    };
}
