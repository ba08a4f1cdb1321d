using System.Globalization;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.KeyManagement.Rows;

/// <summary>
/// A row of the keyring, not verified: a wrapped key and the full id of the KEK version that wrapped it. Shard key rows
/// also have their creation time.
/// </summary>
public sealed record WrappedKey(TableEntity Row) : UnverifiedRow(Row)
{
    internal const string WrappedColumn = "Wrapped";
    internal const string KekColumn = "Kek";
    internal const string CreatedColumn = "Created";
    internal const string ShardsPrefix = "shard-";

    private const string RootName = "root";
    private const string LogName = "tlog";

    /// <summary>The row key: <c>root</c>, <c>tlog</c> or <c>shard-NN.VVVVVVVVVV</c>.</summary>
    public string Name => Row.RowKey;

    public bool IsRoot => Name == RootName;

    /// <summary>The KEK version id; null if there is none.</summary>
    public string? FoundKek => Row.TryGetValue(KekColumn, out var kek) ? kek as string : null;

    /// <exception cref="TamperedException">The column is missing or has an unexpected type.</exception>
    public string Kek => UnverifiedColumns.Get<string>(Row, Tables.KeyringName, KekColumn);

    /// <exception cref="TamperedException">The column is missing or has an unexpected type.</exception>
    public byte[] Wrapped => UnverifiedColumns.Get<byte[]>(Row, Tables.KeyringName, WrappedColumn);

    /// <summary>The creation time of a shard key.</summary>
    /// <exception cref="TamperedException">The column is missing or invalid.</exception>
    public DateTimeOffset Created => UnverifiedColumns.TimeOf(Row, Tables.KeyringName, CreatedColumn);

    /// <summary>The number of a shard key.</summary>
    /// <exception cref="TamperedException">The row key is not a shard key's.</exception>
    public int Number => FindNumber(Name)
        ?? throw TamperedException.At(Tables.KeyringName, "a row key is not a valid shard key");

    /// <summary>The row key of the key with this number.</summary>
    public static string NameOf(int number) => number switch
    {
        Keyring.RootNumber => RootName,
        Keyring.LogNumber => LogName,
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{ShardPrefix(Keyring.ShardOf(number))}{Keyring.VersionOf(number):D10}"),
    };

    internal static string ShardPrefix(int shard) =>
        string.Create(CultureInfo.InvariantCulture, $"{ShardsPrefix}{shard:D2}.");

    private static int? FindNumber(string name) =>
        name is ['s', 'h', 'a', 'r', 'd', '-', _, _, '.', ..]
        && int.TryParse(name.AsSpan(6, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
        && int.TryParse(name.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && Keyring.Number(shard, version) is var number
        && Keyring.IsShardKey(number)
        && NameOf(number) == name
            ? number
            : null;
}
