using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Cli;

/// <summary>Tables for people, JSON for scripts.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public static void Write<T>(ParseResult line, IReadOnlyCollection<T> items, params (string Title, Func<T, object?> Value)[] columns)
    {
        if (line.GetValue(Settings.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(items, Indented));
            return;
        }

        string[][] rows = [[.. columns.Select(column => column.Title)], .. items.Select(
            item => columns.Select(column => Cell(column.Value(item))).ToArray())];
        var widths = columns.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>What was done: a sentence, or its figures.</summary>
    public static void Tell<T>(ParseResult line, string sentence, T result) =>
        Console.Out.WriteLine(line.GetValue(Settings.Json) ? JsonSerializer.Serialize(result, Indented) : Clean(sentence));

    private static string Cell(object? value) => Clean(value switch
    {
        null => "",
        DateTimeOffset time => time.ToString("u"),
        _ => value.ToString() ?? "",
    });

    /// <summary>Names and user agents are strangers' text, and terminals obey control characters.</summary>
    public static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
