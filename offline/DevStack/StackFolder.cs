namespace AtpKeyserver.DevStack;

/// <summary>The data folder of a stack, used by one stack at a time. Without a path, nothing is stored.</summary>
internal sealed class StackFolder : IDisposable
{
    private const string LockFile = "stack.lock";

    private readonly string? _path;
    private readonly FileStream? _lock;

    private StackFolder(string? path, FileStream? @lock)
    {
        _path = path;
        _lock = @lock;
    }

    public string? Tables => Inside("tables");

    public string? KeyVault => Inside("keyvault");

    public string? Atproto => Inside("atproto");

    /// <summary>Key hashes that the next walkthrough checks, <see cref="Walkthroughs.KeptKeys"/>.</summary>
    public string? KeptKeys => Inside("kept-keys.json");

    private string? PortsFile => Inside("ports.json");

    private string? FormFile => Inside("stored-form");

    /// <param name="path">Created if missing; null: in memory.</param>
    /// <param name="fresh">Deletes the stack's data there, and nothing else.</param>
    /// <exception cref="StackException">Another stack uses the folder, or its data has another stored form.</exception>
    public static StackFolder Open(string? path, bool fresh)
    {
        if (path is null)
            return new StackFolder(null, null);
        // Without a lock file, files with the stack's names belong to something else and must not be deleted.
        var known = File.Exists(Path.Combine(path, LockFile));
        var folder = new StackFolder(path, Lock(path));
        if (fresh && known)
            folder.Clear();
        if (known && !folder.HasReadableData())
        {
            folder.Dispose();
            throw new StackException(
                $"The data in {path} has an older stored form. Add --fresh to delete it and start from scratch.");
        }

        File.WriteAllText(folder.FormFile!, Stack.StoredForm);
        return folder;
    }

    public StackPorts Ports() => PortsFile is null ? StackPorts.Choose() : StackPorts.Remembered(PortsFile);

    public void Dispose() => _lock?.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            // The kernel releases the lock when this process ends.
            return new FileStream(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.Write,
                FileShare.None);
        }
        catch (IOException e)
        {
            throw new StackException(
                $"Another stack uses {path}. Stop it, or use --data DIR or --memory.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StackException($"Cannot write to {path}: {e.Message}", e);
        }
    }

    private bool HasReadableData() =>
        !Directory.Exists(Tables) || (File.Exists(FormFile) && File.ReadAllText(FormFile) == Stack.StoredForm);

    private void Clear()
    {
        foreach (var folder in (string?[])[Tables, KeyVault, Atproto])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        foreach (var file in (string?[])[PortsFile, KeptKeys, FormFile])
            File.Delete(file!);
    }

    private string? Inside(string name) => _path is null ? null : Path.Combine(_path, name);
}
