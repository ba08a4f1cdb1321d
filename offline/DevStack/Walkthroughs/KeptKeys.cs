using System.Security.Cryptography;
using System.Text.Json;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Key hashes of a walkthrough's group. The next walkthrough checks that the keys are unchanged.</summary>
/// <param name="GroupId">Contains the owner's DID.</param>
/// <param name="Hashes">By key version.</param>
public sealed record KeptKeys(string GroupId, IReadOnlyDictionary<int, string> Hashes)
{
    /// <summary>SHA-256 of the 32 random bytes, in hex.</summary>
    internal static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(key)));

    /// <summary>Reads <paramref name="file"/>; null if it does not exist.</summary>
    /// <exception cref="StackException">The file is damaged.</exception>
    internal static KeptKeys? Load(string? file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<KeptKeys>(File.ReadAllText(file)) : null;
        }
        catch (JsonException e)
        {
            throw new StackException($"Cannot read {file}. Remove it, or use --fresh to start from scratch.", e);
        }
    }

    internal void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this));
}
