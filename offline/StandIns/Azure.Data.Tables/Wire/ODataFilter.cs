using System.Globalization;

namespace Azure.Data.Tables.Wire;

/// <summary>Values as OData literals. Source: https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities</summary>
internal static class ODataFilter
{
    /// <summary>The interpolated string with each value as a literal, quoted and escaped.</summary>
    public static string Create(FormattableString filter)
    {
        if (filter is null)
            return null;
        var literals = Array.ConvertAll(filter.GetArguments(), Literal);
        return string.Format(CultureInfo.InvariantCulture, filter.Format, literals);
    }

    private static object Literal(object value) => value switch
    {
        null => "null",
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture) + "L",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTimeOffset date => $"datetime'{date.UtcDateTime:O}'",
        DateTime date => $"datetime'{new DateTimeOffset(date).UtcDateTime:O}'",
        Guid id => $"guid'{id:D}'",
        byte[] bytes => $"X'{Convert.ToHexStringLower(bytes)}'",
        BinaryData bytes => $"X'{Convert.ToHexStringLower(bytes)}'",
        _ => throw new ArgumentException($"A filter cannot hold {value.GetType()}."),
    };
}
