using AtpKeyserver.Errors;
using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>Reads what has to be known of a row before its authenticator can be checked, or where it has none that can.</summary>
public static class UnverifiedColumns
{
    /// <summary>The column of a row that names the generation of the account key which authenticates it.</summary>
    public const string Generation = "Generation";

    /// <exception cref="TamperedException">The column is absent or of a type that we don't write there.</exception>
    public static T Get<T>(TableEntity row, string table, string column) =>
        row.TryGetValue(column, out var value) && value is T typed
            ? typed
            : throw TamperedException.At(table, $"a row lacks {column}, or it has a type that is never written there");

    /// <summary>A time in milliseconds since 1970.</summary>
    /// <exception cref="TamperedException">It is absent, or beyond all times that there are.</exception>
    public static DateTimeOffset TimeOf(TableEntity row, string table, string column)
    {
        var milliseconds = Get<long>(row, table, column);
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw TamperedException.At(table, "a row holds a time that there is not");
    }

    /// <summary>The generation: 1 or more. One that is not the account's marks a leftover, which is nothing to rely on.</summary>
    /// <exception cref="TamperedException">No generation was ever written there.</exception>
    public static int GenerationOf(TableEntity row, string table) =>
        Get<int>(row, table, Generation) is > 0 and var generation
            ? generation
            : throw TamperedException.At(table, "a row is of a generation that no account has");
}
