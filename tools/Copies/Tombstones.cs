using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;

namespace AtpKeyserver.Copies;

/// <summary>The verified tombstones of a folder, the latest for each account and group.</summary>
public sealed class Tombstones
{
    private readonly Dictionary<string, AccountTombstone> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupTombstone> _groups = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, AccountTombstone> Accounts => _accounts;

    public IReadOnlyDictionary<string, GroupTombstone> Groups => _groups;

    /// <exception cref="CopyException">
    /// There is no tombstone file, or a tombstone has an invalid signature. Erased accounts could be restored.
    /// </exception>
    public static async Task<Tombstones> ReadAsync(string folder, SealingKey root, CancellationToken cancellation)
    {
        var tombstones = new Tombstones();
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.jsonl.gz") : [];
        foreach (var kind in (string[])["accounts-", "groups-"])
        {
            if (!files.Any(file => Path.GetFileName(file).StartsWith(kind, StringComparison.Ordinal)))
                throw new CopyException(
                    $"{folder} has no tombstones ({kind}….jsonl.gz). Without them, erased data would be restored.");
        }

        var last = files.Select(Path.GetFileName).Where(name => name!.StartsWith("groups-", StringComparison.Ordinal))
            .Max(StringComparer.Ordinal);
        Console.WriteLine($"The latest tombstones are {last}. Data erased after them is restored.");
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
                    throw new CopyException($"{file} has a tombstone with an invalid signature.");
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
