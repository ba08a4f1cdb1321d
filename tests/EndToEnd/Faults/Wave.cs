using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// All cells of one dependency and one fault, concurrently: a working world, the fault, every call, the end of the
/// fault, the state, and every call again.
/// </summary>
internal sealed class Wave(FaultKeyserver keyserver, FaultyInstance instance, Dependency dependency, Fault fault)
{
    /// <summary>
    /// The deadline of a proxied request, plus the time that 38 concurrent calls can delay each other.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    /// <summary>Instances may use an account's key for 30 s after it was destroyed.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(32);

    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Lock _gate = new();
    private long _slowest;
    private TimeSpan _work;
    private int _secondTries;

    /// <summary>Whether the instance has cached accounts, groups and DIDs.</summary>
    public bool IsWarm { get; init; }

    /// <summary>Which calls to the dependency fail; null for all.</summary>
    public Dice? Half { get; init; }

    /// <summary>Creates the accounts of the world; null for any.</summary>
    public Func<string>? NewAccount { get; init; }

    public FaultyInstance Instance => instance;

    public IEnumerable<string> Failures => _failures;

    public int Cells { get; private set; }

    public TimeSpan Slowest => TimeSpan.FromTicks(_slowest);

    public int CallsUnderFault { get; private set; }

    /// <summary>Calls after the fault that did not succeed at once.</summary>
    public int SecondTries => _secondTries;

    public int Unavailable { get; private set; }

    private string Name =>
        $"{dependency}: {fault}{(Half is null ? "" : ", every other call")}, {(IsWarm ? "warm" : "cold")}";

    public async Task RunAsync()
    {
        var world = new World(keyserver.Truth, NewAccount ?? (() => keyserver.Truth.NewAccount()));
        var cells = await world.BuildAsync();
        if (IsWarm)
            await world.WarmAsync(instance.Api);
        var began = Stopwatch.GetTimestamp();
        var right = await Task.WhenAll(
            cells.Select(async cell => cell.IsFixed ? (await cell.Call(keyserver.Truth)).Text : null));
        var before = await StatesAsync(cells);
        // The time that this many calls take without a fault: the limits apply to waiting.
        _work = Stopwatch.GetElapsedTime(began);

        var calls = 0;
        instance.Fail(dependency, (request, send) =>
        {
            Interlocked.Increment(ref calls);
            return Fails() ? fault.AnswerAsync(request, send) : PassAsync(send);
        });
        Answer?[] answers;
        try
        {
            answers = await Task.WhenAll(cells.Select(CallAsync));
        }
        finally
        {
            instance.Fail(dependency, null);
        }

        CallsUnderFault = calls;
        var after = await StatesAsync(cells);
        for (var i = 0; i < cells.Count; i++)
        {
            // A row that the storage hid from a deletion is served until other instances drop the account's key from
            // memory.
            for (var since = Stopwatch.GetTimestamp(); fault.IsForged && IsLate(i)
                && Stopwatch.GetElapsedTime(since) < Memory; await Task.Delay(500))
                after[i] = await cells[i].State!();
            Assess(cells[i], answers[i], right[i], before[i], after[i]);
        }

        await Task.WhenAll(cells.Where(cell => !cell.IsHealth).Select(RecoverAsync));
        Cells = cells.Count;
        Unavailable = answers.Count(answer => answer?.Status == 503);

        bool IsLate(int i) =>
            cells[i].After is { } change && answers[i]?.Status == cells[i].Status && after[i] != change(before[i]!);
    }

    /// <summary>The instance becomes healthy again, within 10 s, while it caches the outage.</summary>
    public Task BecomesHealthyAsync() => RecoverAsync(new Cell("_health", async api =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/_health");
        return await api.SendAsync(request);
    }) { IsHealth = true });

    private bool Fails()
    {
        if (Half is null)
            return true;
        lock (_gate)
            return Half.Below(2) == 0;
    }

    private static async Task<HttpResponseMessage?> PassAsync(Func<Task<HttpResponseMessage>> send) => await send();

    private static Task<string?[]> StatesAsync(IReadOnlyList<Cell> cells) =>
        Task.WhenAll(cells.Select(async cell => cell.State is { } state ? await state() : null));

    private async Task<Answer?> CallAsync(Cell cell)
    {
        var since = Stopwatch.GetTimestamp();
        Answer? answer = null;
        try
        {
            answer = await cell.Call(instance.Api);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            if (!cell.IsStream)
                AddFailure(cell, $"the connection broke: {e.Message}");
        }
        catch (Exception e)
        {
            AddFailure(cell, e.Message);
        }

        var took = Stopwatch.GetElapsedTime(since);
        lock (_gate)
            _slowest = cell.IsStream ? _slowest : Math.Max(_slowest, took.Ticks);
        // A stream has a deadline for each piece and none for the whole.
        if (took > Limit + _work && !(cell.IsStream && answer?.Status == 200))
            AddFailure(cell, $"took {took.TotalSeconds:F1} s");
        return answer;
    }

    private void Assess(Cell cell, Answer? answer, string? right, string? before, string? after)
    {
        if (answer is null)
            return;
        try
        {
            if (answer.Status == cell.Status)
            {
                if (right is not null && answer.Text != right && !IsPartly(cell, answer, right))
                    AddFailure(cell, $"returned {answer.Text}, expected {right}", fault.IsForged);
                if (cell.After is { } change && after != change(before!))
                    AddFailure(cell, $"reported success, but the state is {after}, not {change(before!)}");
            }
            else if (answer.Status == 503 && !cell.IsIndependent)
            {
                answer.Is(503, "UpstreamFailure");
                // Health may still come from the previous wave.
                if (fault.IsHarmless && !cell.IsHealth)
                    AddFailure(cell, "gave up");
            }
            else if (fault.IsForged && answer.Status is 401 or 403 or 404 or 409 or 500)
                answer.Is(answer.Status, answer.String("error"));
            else if (dependency == Dependency.Directory && fault.IsAbsence && answer.Status is 401 or 404)
                answer.Is(answer.Status, answer.Status == 401 ? "DidNotFound" : "KeyVersionNotFound");
            else
                AddFailure(cell, $"returned {answer.Status} {answer.Text}");
        }
        catch (Exception e)
        {
            AddFailure(cell, e.Message);
        }

        if (after != before && after != cell.After?.Invoke(before!))
            AddFailure(cell, $"left {after}; before it was {before}");
    }

    /// <summary>
    /// The same calls again: the app must work, whatever the first attempt did. An outage may be cached for 10 s.
    /// </summary>
    private async Task RecoverAsync(Cell cell)
    {
        var patience = (fault.IsAbsence && dependency == Dependency.Directory) || cell.IsHealth
            ? TimeSpan.FromSeconds(11)
            : Limit;
        if (dependency == Dependency.Directory && fault.Pause > TimeSpan.Zero)
            patience = fault.Pause + Limit;
        patience += _work;
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(500))
        {
            var asked = Stopwatch.GetElapsedTime(since);
            Answer? answer = null;
            string? wrong = null;
            try
            {
                answer = await cell.Call(instance.Api);
                // A change that was made may be reported as already made.
                wrong = (answer.Status == cell.Status && !IsFailed(cell, answer))
                    || (cell.After is not null && answer.Status is 403 or 404 or 409)
                    ? null
                    : $"{answer.Status} {answer.Text}";
            }
            catch (Exception e)
            {
                wrong = e.Message;
            }

            if (wrong is null)
                return;
            if (asked < patience)
            {
                if (!cell.IsHealth)
                    Interlocked.Increment(ref _secondTries);
                continue;
            }

            AddFailure(cell, $"afterwards: {wrong}");
            return;
        }
    }

    private static bool IsFailed(Cell cell, Answer answer) =>
        cell.HasEntries && answer.Text.Contains("UpstreamFailure", StringComparison.Ordinal);

    /// <summary>Whether each entry is correct, or failed because of the fault.</summary>
    private bool IsPartly(Cell cell, Answer answer, string right)
    {
        if (!IsFailed(cell, answer) || fault.IsHarmless)
            return false;
        var expected = JsonDocument.Parse(right).RootElement.GetProperty("keys").EnumerateArray();
        return answer.Json.GetProperty("keys").EnumerateArray().Zip(expected).All(pair =>
            pair.First.GetRawText() == pair.Second.GetRawText()
            || (pair.First.TryGetProperty("error", out var error) && error.GetString() == "UpstreamFailure"));
    }

    private void AddFailure(Cell cell, string what, bool forgiven = false)
    {
        if (!forgiven)
            _failures.Enqueue($"{Name}, {cell.Name}: {what}");
    }
}
