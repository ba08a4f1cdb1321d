using AtpKeyserver.Accounts;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;

namespace AtpKeyserver.Copies;

/// <summary>All tombstones of a folder, verified; of each account and group the last.</summary>
public sealed class Tombstones
{
    private readonly Dictionary<string, AccountTombstone> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupTombstone> _groups = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, AccountTombstone> Accounts => _accounts;

    public IReadOnlyDictionary<string, GroupTombstone> Groups => _groups;

    /// <exception cref="CopyException">
    /// There is none, or one that the server did not sign: an erased account might come back.
    /// </exception>
    public static async Task<Tombstones> ReadAsync(string folder, SealingKey root, CancellationToken cancellation)
    {
        var tombstones = new Tombstones();
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl.gz") : [];
        foreach (var kind in (string[])["accounts-", "groups-"])
        {
            if (!files.Any(file => Path.GetFileName(file).StartsWith(kind, StringComparison.Ordinal)))
                throw new CopyException(
                    $"{folder} holds no tombstones ({kind}….jsonl.gz). Without them, what was erased would come back.");
        }

        var last = files.Select(Path.GetFileName).Where(name => name!.StartsWith("groups-", StringComparison.Ordinal))
            .Max(StringComparer.Ordinal);
        Console.WriteLine($"The last tombstones are {last}: what was erased after them comes back.");
        foreach (var file in files)
        {
            var ofAccounts = Path.GetFileName(file).StartsWith("accounts-", StringComparison.Ordinal);
            await foreach (var row in RowFile.ReadAsync(file, cancellation))
            {
                try
                {
                    if (ofAccounts)
                        tombstones.Add(AccountTombstone.Verify(row, root));
                    else
                        tombstones.Add(GroupTombstone.Verify(row, root));
                }
                catch (TamperedException)
                {
                    throw new CopyException($"{file} has a tombstone that this keyserver did not sign.");
                }
            }
        }

        return tombstones;
    }

    private void Add(AccountTombstone next)
    {
        if (!_accounts.TryGetValue(next.Partition, out var known) || known.Generation <= next.Generation)
            _accounts[next.Partition] = next;
    }

    private void Add(GroupTombstone next)
    {
        if (!_groups.TryGetValue(next.Partition, out var known)
            || (known.Incarnation, known.Epoch).CompareTo((next.Incarnation, next.Epoch)) <= 0)
            _groups[next.Partition] = next;
    }
}
