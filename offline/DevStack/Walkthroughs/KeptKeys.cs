using System.Security.Cryptography;
using System.Text.Json;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>
/// The group of a walkthrough, for the next one to look whether its keys are still the same. Hashes of keys, never
/// keys.
/// </summary>
/// <param name="GroupId">Names the owner, too.</param>
/// <param name="Hashes">By key version.</param>
public sealed record KeptKeys(string GroupId, IReadOnlyDictionary<int, string> Hashes)
{
    /// <summary>SHA-256 of the 32 random bytes, in hex.</summary>
    internal static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(key)));

    /// <summary>What is in <paramref name="file"/>, or null where there is none.</summary>
    /// <exception cref="StackException">It is not what was written there.</exception>
    internal static KeptKeys? Load(string? file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<KeptKeys>(File.ReadAllText(file)) : null;
        }
        catch (JsonException e)
        {
            throw new StackException($"{file} cannot be read. Remove it, or start with --fresh to begin anew.", e);
        }
    }

    internal void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this));
}
