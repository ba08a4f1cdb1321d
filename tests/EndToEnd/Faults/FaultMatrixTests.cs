using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// Every dependency, failing in every way, at every endpoint: the right answer or a clean 503 within 8 s, a state before or after, and recovery without
/// a restart. <c>KEYSERVER_FAULTS=all</c> tries every cell cold and warm, with all calls failing and with every other one; without it the risky faults
/// and some others are tried once, and <c>KEYSERVER_FAULTS_SEED</c> says which and how.
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
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("KEYSERVER_FAULTS_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : (ulong)Environment.TickCount64;
        _dice = new Dice(seed);
        output.WriteLine($"KEYSERVER_FAULTS_SEED={seed}");
    }

    [Fact]
    public async Task Whatever_the_storage_does_answers_are_right_or_503_and_changes_are_made_or_not()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        var waves = new List<Wave>();
        foreach (var fault in Quick(sampled: 2))
        {
            foreach (var (warm, half) in Ways())
                waves.Add(new Wave(_keyserver, instance, Dependency.Storage, fault) { IsWarm = warm, Half = half ? new Dice(_dice.Next()) : null });
        }

        await RunAsync(waves);
    }

    [Fact]
    public async Task An_answer_of_the_storage_that_arrives_damaged_is_not_believed()
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
    /// A storage that lies cannot be told from one that was tampered with: 500, or the answer that would be right if it were true. But no lie makes
    /// the app overwrite or lose a key, or leave a change half made.
    /// </summary>
    [Fact]
    public async Task A_storage_that_lies_gets_no_key_overwritten_or_lost()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        await RunAsync([.. Fault.Forged.Take(IsLong ? 6 : 2).SelectMany(fault => Ways().Select(way =>
            new Wave(_keyserver, instance, Dependency.Storage, fault) { IsWarm = way.Warm, Half = way.Half ? new Dice(_dice.Next()) : null }))]);
    }

    /// <summary>Every key that the vault wraps is asked for once by an instance: each wave has accounts of a shard that it has not opened.</summary>
    [Fact]
    public async Task Whatever_the_vault_does_keys_open_or_do_not()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        // The root: without it nothing works, whatever the fault.
        (await instance.Api.GetAsync("keypair.listVersions", Accounts(0)())).Ok();
        var shard = 0;
        IEnumerable<Fault> faults = IsLong ? Quick(0) : [Fault.BadRequest, Fault.Mixed(_dice)];
        var waves = faults.SelectMany(fault => Waves(fault, isWarm: false).Concat(IsLong ? Waves(fault, isWarm: true) : []));
        await RunAsync([.. waves]);

        IEnumerable<Wave> Waves(Fault fault, bool isWarm) =>
            [new Wave(_keyserver, instance, Dependency.Vault, fault) { IsWarm = isWarm, NewAccount = Accounts(++shard) }];
    }

    /// <summary>An instance that has just started has opened nothing, and nothing works without the root of all keys.</summary>
    [Fact]
    public async Task Whatever_the_vault_does_an_instance_that_has_just_started_opens_nothing_or_the_right_keys()
    {
        var faults = IsLong ? Quick(0) : [Fault.Mixed(_dice)];
        await RunAsync(
            [.. await Task.WhenAll(faults.Select(async fault => new Wave(_keyserver, await _keyserver.StartInstanceAsync(), Dependency.Vault, fault)))],
            atOnce: 2);
    }

    [Fact]
    public async Task Whatever_the_host_of_a_did_web_does_its_keypair_is_made_once_the_host_is_back()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        // An instance has slots for 12 hosts of did:web that never called, and a lookup waits 500 ms for one.
        const int AtOnce = 12;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(
            async _ => (await instance.Api.GetAsync("keypair.getPublicKey", null, ("did", instance.Api.NewAccount()))).Ok()));
        var limit = TimeSpan.FromSeconds(8) + (2 * Stopwatch.GetElapsedTime(began));
        await Parallel.ForEachAsync(Fault.All, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (fault, stop) =>
        {
            var isSound = false;
            await using var host = await RecordingProxy.StartAsync(_keyserver.Stack.Atproto.Origin);
            var did = $"did:web:localhost%3A{host.Port}";
            host.Between = async (request, _) => isSound ? await DocumentAsync() : await fault.AnswerAsync(request, DocumentAsync);
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
            // An absence is cached for 10 s, and a host that says so is left alone.
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
                Content = new StringContent($$"""{"id":"{{did}}","verificationMethod":[]}""", Encoding.UTF8, "application/json"),
            });
        });
    }

    [Fact]
    public async Task Whatever_the_directory_does_who_is_known_can_call_and_who_is_not_is_told_to_come_back()
    {
        var instance = await _keyserver.SharedInstanceAsync();
        List<Fault> faults = IsLong ? Quick(0) : [Fault.Mixed(_dice)];
        await RunAsync([.. faults.Select(fault => new Wave(_keyserver, instance, Dependency.Directory, fault))]);
        await RunAsync([.. faults.Select(fault => new Wave(_keyserver, instance, Dependency.Directory, fault) { IsWarm = true })]);
    }

    /// <summary>Three at once, each with an instance of its own, since they take their time.</summary>
    [Fact]
    public async Task Nothing_that_is_slow_holds_anybody_up_for_8_s()
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
                    await Task.WhenAll(few.Select(async pair => new Wave(_keyserver, await _keyserver.StartInstanceAsync(), pair.Item1, pair.Item2)
                    {
                        IsWarm = warm,
                        Half = half ? new Dice(_dice.Next()) : null,
                    })),
                    AtOnce);
            }
        }
    }

    /// <summary>All quick faults in the long form; in the short one those that are risky, and some more.</summary>
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
        await Parallel.ForEachAsync(waves, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (wave, _) => await wave.RunAsync());
        await Task.WhenAll(waves.DistinctBy(wave => wave.Instance).Select(wave => wave.BecomesHealthyAsync()));
        _output.WriteLine(
            $"{waves.Sum(wave => wave.Cells)} cells, {waves.Sum(wave => wave.Unavailable)} answers of 503, "
            + $"the slowest after {waves.Max(wave => wave.Slowest).TotalSeconds:F1} s, {waves.Sum(wave => wave.CallsUnderFault)} calls to what failed, "
            + $"{waves.Sum(wave => wave.SecondTries)} second tries afterwards");
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
