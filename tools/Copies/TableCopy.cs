using System.Text.Json;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>
/// Copies all tables into files. What it reads is not of one moment, unless the server is read-only meanwhile: a change in between is whole
/// or absent in each group and account, since heads are read before members and versions, and a restore passes over what is newer than its
/// head.
/// </summary>
public sealed class TableCopy(TableServiceClient service)
{
    /// <summary>Indexes before what they point to, the keys of everything last.</summary>
    private static readonly string[] Order = ["memberships", "unfinished", "groups", "accounts"];

    public async Task RunAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        if (Directory.EnumerateFileSystemEntries(folder).Any())
            throw new CopyException($"{folder} is not empty: a copy has a folder of its own.");
        var started = TimeProvider.System.GetUtcNow();
        List<string> tables = [];
        await foreach (var table in service.QueryAsync(cancellationToken: cancellation))
            tables.Add(table.Name);
        Dictionary<string, int> counts = [];
        foreach (var name in tables.Where(IsCopied).OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal))
        {
            var rows = service.GetTableClient(name).QueryAsync<TableEntity>(cancellationToken: cancellation);
            counts[name] = await RowFile.WriteAsync(PathOf(folder, name), rows, cancellation);
            Console.WriteLine($"{name}: {counts[name]} rows");
        }

        if (counts.GetValueOrDefault("keyring") == 0)
            throw new CopyException("There is no keyring: this is no account of a keyserver.");
        var manifest = new Manifest(1, started, TimeProvider.System.GetUtcNow(), counts);
        var text = JsonSerializer.Serialize(manifest, RowJson.Default.Manifest);
        await File.WriteAllTextAsync(Path.Combine(folder, Manifest.FileName), text, cancellation);
    }

    public static string PathOf(string folder, string table) => Path.Combine(folder, table + ".jsonl.gz");

    /// <summary>Used tokens end within the hour, and budgets with it.</summary>
    private static bool IsCopied(string table) => table != "budgets" && !table.StartsWith(Tables.ReplayPrefix, StringComparison.Ordinal);

    private static int Rank(string table) => table == "keyring" ? 100 : Array.IndexOf(Order, table) is >= 0 and var rank ? rank : 50;
}
