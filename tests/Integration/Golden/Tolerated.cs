using System.Text.Json;
using AtpKeyserver.Tests.Support.Stored;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>What a writer to the storage can cause without detection: no more than by deleting rows.</summary>
internal static class Tolerated
{
    private static readonly string[] Absences =
        ["refused: KeyVersionNotFound", "refused: GroupNotFound", "refused: Forbidden"];

    public static bool Is(StoredRow row, string column, string view, string before, string after, Dump dump)
    {
        if (IsOfDeleted(row, view, dump))
            return after == before;
        // An account can be deleted whatever was done to its keypair, and keeps its numbers; the log shows the damage.
        if (view == "delete alice" && (row.Table, row.Kind) is ("accounts", "head" or "v"))
            return after == before;
        var isLess = Absences.Contains(after) || IsPartOf(after, before, view);
        return (row.Table, row.Kind) switch
        {
            // The first rows may be left over from something deleted; no key is left to tell.
            ("groups" or "accounts", "v") => column == "all" && isLess,
            ("groups" or "accounts", "head") => column == "Generation" && isLess,
            ("memberships", _) => isLess || after == before,
            // The vault is called with the KEK id before the root can authenticate itself.
            ("keyring", "root") => column is "Kek" or "all" && after == "failed: 404",
            // A log row of another generation cannot be decrypted.
            _ => row.Table.StartsWith("accesslog", StringComparison.Ordinal) && column == "Generation" && isLess,
        };
    }

    /// <summary>
    /// Rows of something already deleted have no effect: those next to a tombstone, and the groups of a deleted
    /// account.
    /// </summary>
    private static bool IsOfDeleted(StoredRow row, string view, Dump dump)
    {
        if (row.Table is not ("groups" or "accounts"))
            return false;
        var neighbors = dump.Rows.Where(other => other.Table == row.Table && other.PartitionKey == row.PartitionKey)
            .ToList();
        return neighbors.Any(other => other != row && Text(other, "State") is "deleting" or "deleted")
            || neighbors.Any(other => Text(other, "GroupId")?.EndsWith("#own", StringComparison.Ordinal) == true)
            || (row.Table == "groups" && view.Contains("#own", StringComparison.Ordinal));

        static string? Text(StoredRow other, string column) => other.Columns.GetValueOrDefault(column) as string;
    }

    /// <summary>
    /// Whether a list contains nothing that the other lacks. The revocation time of a version comes from its successor.
    /// </summary>
    private static bool IsPartOf(string after, string before, string view)
    {
        if (!after.StartsWith('[') || !before.StartsWith('['))
            return false;
        return Entries(after).IsSubsetOf(Entries(before));

        HashSet<string> Entries(string list) => [.. JsonDocument.Parse(list).RootElement.EnumerateArray().Select(
            entry => view.Contains("versions", StringComparison.Ordinal)
                || view.Contains("keypairs", StringComparison.Ordinal)
                ? string.Join(' ', entry.GetString()!.Split(' ')[..2])
                : entry.GetRawText())];
    }
}
