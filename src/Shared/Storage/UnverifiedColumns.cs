using AtpKeyserver.Errors;
using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>Reads columns that are needed before a row's MAC can be verified, or of rows without one.</summary>
public static class UnverifiedColumns
{
    /// <summary>The generation of the account key that authenticates the row.</summary>
    public const string Generation = "Generation";

    /// <exception cref="TamperedException">The column is missing or has an unexpected type.</exception>
    public static T Get<T>(TableEntity row, string table, string column) =>
        row.TryGetValue(column, out var value) && value is T typed
            ? typed
            : throw TamperedException.At(table, $"column {column} is missing or has an unexpected type");

    /// <summary>A time in milliseconds since 1970.</summary>
    /// <exception cref="TamperedException">The column is missing, has an unexpected type or is out of
    /// range.</exception>
    public static DateTimeOffset TimeOf(TableEntity row, string table, string column)
    {
        var milliseconds = Get<long>(row, table, column);
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw TamperedException.At(table, "a row has a time that is out of range");
    }

    /// <summary>The generation, at least 1. A row with another generation than the account's is a leftover.</summary>
    /// <exception cref="TamperedException">The generation is missing or invalid.</exception>
    public static int GenerationOf(TableEntity row, string table) =>
        Get<int>(row, table, Generation) is > 0 and var generation
            ? generation
            : throw TamperedException.At(table, "a row has an invalid generation");
}
