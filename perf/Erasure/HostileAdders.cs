using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Erasure;

/// <summary>Owners that keep adding one account to their groups, each in a tight loop, while it is erased.</summary>
internal sealed class HostileAdders(Stack stack, XrpcCaller caller, string victim)
{
    private const int Owners = 8;
    private const int GroupsOfEach = 25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int _added;
    private int _refused;

    /// <returns>Seconds until the status was <c>deleted</c>; null after a minute.</returns>
    public async Task<double?> RunAsync(CancellationToken cancellation)
    {
        Console.WriteLine($"{Owners} owners add the account to {GroupsOfEach} groups each, repeatedly …");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var adders = Enumerable.Range(0, Owners)
            .Select(number => stack.Atproto.CreateAccount($"adder{number}.test").Did)
            .Select(owner => Task.Run(() => AddAsync(owner, stop.Token, cancellation), cancellation))
            .ToArray();
        while (Volatile.Read(ref _added) < Owners * GroupsOfEach)
            await Task.Delay(50, cancellation);

        var finished = await DeleteAsync(cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(adders);
        return finished;
    }

    private async Task AddAsync(string owner, CancellationToken stop, CancellationToken cancellation)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var group = $"{owner}#{i % GroupsOfEach}";
            if (i < GroupsOfEach)
                await caller.CreateGroupAsync(group, cancellation);
            try
            {
                var addition = new { group_id = group, member_did = victim };
                await caller.CallAsync(caller.Post(owner, "group.addMember", addition), cancellation);
                Interlocked.Increment(ref _added);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref _refused);
            }
        }
    }

    private async Task<double?> DeleteAsync(CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            var answer = await caller.CallAsync(Deletion.Request(caller, victim), cancellation);
            var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
            var status = answer.GetProperty("status").GetString();
            var memberships = answer.GetProperty("deleted").GetProperty("memberships").GetInt32();
            Console.WriteLine(
                $"{seconds,6:0.0} s {status}, memberships {memberships}; added {_added}, refused {_refused}");
            if (status == "deleted")
                return seconds;
        }

        return null;
    }
}
