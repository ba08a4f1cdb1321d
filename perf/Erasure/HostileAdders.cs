using System.Diagnostics;

namespace AtpKeyserver.Perf.Erasure;

/// <summary>Owners that keep adding one account to their groups, in tight loops, while the account is erased.</summary>
internal static class HostileAdders
{
    private const int Owners = 8;
    private const int GroupsOfEach = 25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="newOwner">Makes an account.</param>
    /// <param name="makeGroup">Makes a group.</param>
    /// <param name="add">Adds the account to a group; the name of the error, null where there was none.</param>
    /// <param name="delete">Asks for the erasure: the status and how many memberships are gone.</param>
    /// <returns>Seconds until the answer was <c>deleted</c>; null where it was not after a minute.</returns>
    public static async Task<double?> RunAsync(
        Func<string> newOwner,
        Func<string, string, Task> makeGroup,
        Func<string, string, Task<string?>> add,
        Func<Task<(string Status, int Memberships)>> delete)
    {
        Console.WriteLine($"{Owners} owners add the account to {GroupsOfEach} groups each, again and again ...");
        using var stop = new CancellationTokenSource();
        var (added, refused) = (0, 0);
        var adders = Enumerable.Range(0, Owners).Select(_ => newOwner()).Select(owner => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var group = $"{owner}#{i % GroupsOfEach}";
                if (i < GroupsOfEach)
                    await makeGroup(owner, group);
                if (await add(owner, group) is null)
                    Interlocked.Increment(ref added);
                else
                    Interlocked.Increment(ref refused);
            }
        })).ToArray();
        while (Volatile.Read(ref added) < Owners * GroupsOfEach)
            await Task.Delay(50);

        var began = Stopwatch.GetTimestamp();
        double? finished = null;
        while (finished is null && Stopwatch.GetElapsedTime(began) < Patience)
        {
            var (status, memberships) = await delete();
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            Console.WriteLine(
                $"{seconds,6:0.0} s {status}, memberships {memberships}; added {added}, refused {refused}");
            if (status == "deleted")
                finished = seconds;
        }

        await stop.CancelAsync();
        await Task.WhenAll(adders);
        return finished;
    }
}
