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

    private string?[] Folders => [Tables, KeyVault, Atproto];

    private string?[] Files => [KeptKeys, PortsFile, FormFile];

    /// <param name="path">Created if missing; null: in memory.</param>
    /// <param name="fresh">Deletes the stack's data there, and nothing else.</param>
    /// <exception cref="StackException">Another stack uses the folder, or its data has another stored form.</exception>
    public static StackFolder Open(string? path, bool fresh)
    {
        if (path is null)
            return new StackFolder(null, null);
        if (!File.Exists(Path.Combine(path, LockFile))
            && new StackFolder(path, null) is var present
            && present.Folders.Concat(present.Files).Any(Path.Exists))
            throw new StackException(
                $"{path} has no {LockFile}, but files with the names of a stack's data, which may belong to another "
                + "program. Use another folder for --data.");
        var folder = new StackFolder(path, Lock(path));
        try
        {
            if (fresh)
                folder.Clear();
            folder.CheckForm();
            return folder;
        }
        catch (Exception e)
        {
            folder.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw CannotWrite(path, e);
            throw;
        }
    }

    /// <param name="app">The app's port; 0: any.</param>
    public StackPorts Ports(int app) =>
        PortsFile is null ? StackPorts.Choose(app) : StackPorts.ReadOrChoose(PortsFile, app);

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
            throw CannotWrite(path, e);
        }
    }

    private static StackException CannotWrite(string path, Exception cause) =>
        new($"Cannot write to {path}: {cause.Message}", cause);

    /// <summary>Checks the stored form of existing data, and notes it for new data.</summary>
    private void CheckForm()
    {
        if (File.Exists(FormFile) && File.ReadAllText(FormFile) == Stack.StoredForm)
            return;
        if (Directory.Exists(Tables))
            throw new StackException(
                $"The data in {_path} is of another version of the keyserver. "
                + "Add --fresh to delete it and start from scratch.");
        // Not in place: an interrupted write must not look like data of another version.
        var next = $"{FormFile}.new";
        File.WriteAllText(next, Stack.StoredForm);
        File.Move(next, FormFile!, overwrite: true);
    }

    private void Clear()
    {
        foreach (var folder in Folders.Where(Directory.Exists))
            Directory.Delete(folder!, recursive: true);
        foreach (var file in Files)
            File.Delete(file!);
    }

    private string? Inside(string name) => _path is null ? null : Path.Combine(_path, name);
}
