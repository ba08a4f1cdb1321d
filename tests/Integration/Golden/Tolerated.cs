using System.Text.Json;
using AtpKeyserver.Tests.Support.Stored;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>What a writer to the storage may bring about without being called a forger: what he could do by deleting rows.</summary>
internal static class Tolerated
{
    private static readonly string[] Absences = ["refused: KeyVersionNotFound", "refused: GroupNotFound", "refused: Forbidden"];

    public static bool Is(StoredRow row, string column, string view, string before, string after, Dump dump)
    {
        if (IsOfDeleted(row, view, dump))
            return after == before;
        // An account is deleted whatever somebody did to its keypair, with the numbers that it had: what is wrong is in the log.
        if (view == "delete alice" && (row.Table, row.Kind) is ("accounts", "head" or "v"))
            return after == before;
        var isLess = Absences.Contains(after) || IsPartOf(after, before, view);
        return (row.Table, row.Kind) switch
        {
            // The first rows may be leftovers of something deleted: nobody has the key that would tell.
            ("groups" or "accounts", "v") => column == "all" && isLess,
            ("groups" or "accounts", "head") => column == "Generation" && isLess,
            ("memberships", _) => isLess || after == before,
            // The id of the KEK version is what the vault is asked for before the root can sign for itself.
            ("keyring", "root") => column is "Kek" or "all" && after == "failed: 404",
            // Nobody can read a row of the log that is of another generation.
            _ => row.Table.StartsWith("accesslog", StringComparison.Ordinal) && column == "Generation" && isLess,
        };
    }

    /// <summary>Rows of something that is deleted already decide nothing: the rows beside a tombstone, and the groups of a deleted account.</summary>
    private static bool IsOfDeleted(StoredRow row, string view, Dump dump)
    {
        if (row.Table is not ("groups" or "accounts"))
            return false;
        var beside = dump.Rows.Where(other => other.Table == row.Table && other.PartitionKey == row.PartitionKey).ToList();
        return beside.Any(other => other != row && Text(other, "State") is "deleting" or "deleted")
            || beside.Any(other => Text(other, "GroupId")?.EndsWith("#own", StringComparison.Ordinal) == true)
            || (row.Table == "groups" && view.Contains("#own", StringComparison.Ordinal));

        static string? Text(StoredRow other, string column) => other.Columns.GetValueOrDefault(column) as string;
    }

    /// <summary>Whether a list holds nothing that the other did not. When a version was revoked is told by the one after it.</summary>
    private static bool IsPartOf(string after, string before, string view)
    {
        if (!after.StartsWith('[') || !before.StartsWith('['))
            return false;
        return Entries(after).IsSubsetOf(Entries(before));

        HashSet<string> Entries(string list) => [.. JsonDocument.Parse(list).RootElement.EnumerateArray().Select(
            entry => view.Contains("versions", StringComparison.Ordinal) || view.Contains("keypairs", StringComparison.Ordinal)
                ? string.Join(' ', entry.GetString()!.Split(' ')[..2])
                : entry.GetRawText())];
    }
}
