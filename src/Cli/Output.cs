using System.CommandLine;
using System.Globalization;
using System.Text;
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

    public static void Write<T>(
        ParseResult line, IReadOnlyCollection<T> items, params (string Title, Func<T, object?> Value)[] columns)
    {
        if (line.GetValue(Settings.Json))
        {
            Console.Out.WriteLine(ToJson(items));
            return;
        }

        string[][] rows = [[.. columns.Select(column => column.Title)], .. items.Select(
            item => columns.Select(column => Cell(column.Value(item))).ToArray())];
        var widths = columns.Select((_, i) => rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>Writes a result as a sentence or as JSON.</summary>
    public static void Tell<T>(ParseResult line, string sentence, T result) =>
        Console.Out.WriteLine(line.GetValue(Settings.Json) ? ToJson(result) : Clean(sentence));

    private static string Cell(object? value) => Clean(value switch
    {
        null => "",
        DateTimeOffset time => time.ToString("u"),
        _ => value.ToString() ?? "",
    });

    /// <summary>
    /// Writes decrypted content: unchanged to a file or pipe. On a terminal, it is cleaned because others wrote it;
    /// line breaks and tabs are kept.
    /// </summary>
    public static async Task WriteContentAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var shown = Console.IsOutputRedirected
            ? content
            : Encoding.UTF8.GetBytes(Clean(Encoding.UTF8.GetString(content.Span), kept: "\n\t"));
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(shown, cancellation);
    }

    /// <summary>
    /// Replaces characters that a terminal interprets or hides: control characters, format characters such as
    /// bidirectional overrides (Unicode category Cf), line and paragraph separators, private and unassigned code
    /// points.
    /// </summary>
    public static string Clean(string text, string kept = "")
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(IsShown(rune) || (rune.IsBmp && kept.Contains((char)rune.Value)) ? rune.ToString() : "\uFFFD");
        return clean.ToString();
    }

    /// <summary>Serializes and escapes the characters that <see cref="Clean"/> would replace.</summary>
    private static string ToJson<T>(T value)
    {
        var json = JsonSerializer.Serialize(value, Indented);
        var escaped = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            if (IsShown(rune) || rune.Value == '\n')
                escaped.Append(rune);
            else
                escaped.Append(string.Concat(rune.ToString().Select(c => $"\\u{(int)c:x4}")));
        }

        return escaped.ToString();
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control
        or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}
