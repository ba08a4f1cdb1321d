using System.Text.Json;

namespace AtpKeyserver.Tests.Fuzz.Targets.Tlog;

/// <summary>The vectors of the transparency log.</summary>
internal static class TlogVector
{
    private static readonly JsonElement All = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "tlog.json"))).RootElement;

    public static string Text(string section, string name) => All.GetProperty(section).GetProperty(name).GetString()!;

    public static string Text(string section, int number, string name) =>
        All.GetProperty(section)[number].GetProperty(name).GetString()!;

    public static byte[] Hex(string section, string name) => Convert.FromHexString(Text(section, name));

    public static byte[] Hex(string section, int number, string name) =>
        Convert.FromHexString(Text(section, number, name));
}
