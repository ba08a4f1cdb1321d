using System.Text.Json;
using AtpKeyserver.Emulators.Atproto.Accounts;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>Stores the records of each account in a JSON file that is named after the DID.</summary>
internal sealed class RepositoryStore(PrivateFolder folder)
{
    public IEnumerable<StoredRepository> Load()
    {
        foreach (var file in folder.Files("*.json"))
            yield return Read(file);
    }

    public void Save(StoredRepository repository) => folder.Write(
        AccountStore.FileName(repository.Did),
        JsonSerializer.SerializeToUtf8Bytes(repository, AtprotoJson.Default.StoredRepository));

    private static StoredRepository Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), AtprotoJson.Default.StoredRepository)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is damaged: {e.Message}", e);
        }
    }
}
