using System.CommandLine;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary>Tables that several commands share.</summary>
internal static class Columns
{
    private const int DefaultEntries = 50;

    public static readonly (string, Func<KeyVersion, object?>)[] Versions =
    [
        ("VERSION", each => each.Version), ("STATUS", each => each.Status), ("CREATED", each => each.CreatedAt),
        ("REVOKED", each => each.RevokedAt),
    ];

    private static readonly (string, Func<AccessLogEntry, object?>)[] Log =
    [
        ("TIME", each => each.AccessedAt), ("ACTION", each => each.Action), ("OUTCOME", each => each.Outcome),
        ("VERSION", each => each.Version), ("WHO", each => each.Did), ("TARGET", each => each.Target),
        ("ADDRESS", each => each.Ip), ("REASON", each => each.Reason),
    ];

    public static async Task WriteLogAsync(
        ParseResult line, IAsyncEnumerable<AccessLogEntry> entries, int? limit, CancellationToken cancellation)
    {
        AccessLogEntry[] all;
        using (var progress = new Progress("entry", "entries"))
            all = await progress.CollectAsync(entries.Take(limit ?? DefaultEntries), cancellation);
        Output.List(line, all, entries => new JsonObject { ["entries"] = entries }, Log);
    }
}
