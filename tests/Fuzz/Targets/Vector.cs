using System.Text.Json;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>The sealing vectors of docs/CRYPTOGRAPHY.md.</summary>
internal static class Vector
{
    private static readonly JsonElement All = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "sealing.json"))).RootElement;

    public static string Text(string section, string name) => All.GetProperty(section).GetProperty(name).GetString()!;

    public static byte[] Hex(string section, string name) => Convert.FromHexString(Text(section, name));

    public static int Number(string section, string name) => All.GetProperty(section).GetProperty(name).GetInt32();
}
