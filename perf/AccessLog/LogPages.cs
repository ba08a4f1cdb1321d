using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Pages through a long log, newest entries first, for up to four minutes.</summary>
internal static class LogPages
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(10);

    public static async Task<object> ReadAsync(
        Stack stack, AppProcess relaxed, Readers readers, int rows, CancellationToken cancellation)
    {
        var owner = readers.NewAccount();
        var made = await readers.GetKeyAsync(relaxed.Origin, HttpMethod.Get, owner, Readers.Many, FillLimit, rows);
        await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
        var before = memory.Resident;
        _ = memory.Take();
        var (pages, entries, isComplete) = (0, 0, false);
        var query = $"group_id={Uri.EscapeDataString(Readers.Group(owner))}";
        var since = Stopwatch.GetTimestamp();
        await foreach (var page in ListPage.ReadAllAsync(
            readers.Caller, owner, "group.getAccessLog", query, "entries", cancellation))
        {
            pages++;
            entries += page.Entries;
            isComplete = page.IsLast;
            if (Stopwatch.GetElapsedTime(since) >= Limit)
                break;
        }

        var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
        var peak = memory.Take().Max();
        Console.WriteLine();
        Console.WriteLine(
            $"{"all pages of a log",-28} {"entries",9} {"pages",7} {"s",8} {"ms / page",10} "
            + $"{"before MB",10} {"peak MB",8}");
        Console.WriteLine(
            $"{made.Requests + " reads",-28} {entries,9} {pages,7} {seconds,8:0.0} {seconds * 1000 / pages,10:0.0} "
            + $"{before,10:0} {peak,8:0}" + (isComplete ? "" : "  stopped after 4 min"));
        return new { part = "pages", rows, entries, pages, seconds, beforeMb = before, peakMb = peak };
    }
}
