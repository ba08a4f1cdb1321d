using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// Column names repeat in every row: one string for each, found by its UTF-8 bytes. Slots are overwritten, so it stays small.
/// </summary>
internal static class NameCache
{
    private const int Slots = 512;
    private static readonly string[] Names = new string[Slots];

    /// <summary>The property name at which the reader stands.</summary>
    public static string Get(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return reader.GetString();
        var hash = new HashCode();
        hash.AddBytes(reader.ValueSpan);
        ref var slot = ref Names[(uint)hash.ToHashCode() % Slots];
        var name = Volatile.Read(ref slot);
        if (name is null || !reader.ValueTextEquals(name))
            Volatile.Write(ref slot, name = reader.GetString());
        return name;
    }
}
