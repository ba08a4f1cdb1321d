using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Azure.Data.Tables;

/// <summary>An account name and its key, which signs every request (SharedKeyLite).</summary>
public class TableSharedKeyCredential
{
    private byte[] _key;

    /// <param name="accountName">The storage account.</param>
    /// <param name="accountKey">Its key in base64.</param>
    public TableSharedKeyCredential(string accountName, string accountKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountName);
        AccountName = accountName;
        SetAccountKey(accountKey);
    }

    public string AccountName { get; }

    /// <summary>Replaces the key for the requests to come.</summary>
    public void SetAccountKey(string accountKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountKey);
        Volatile.Write(ref _key, Convert.FromBase64String(accountKey));
    }

    /// <summary>Signs <c>{date}\n/{account}{path}</c>, the path as it is sent.</summary>
    internal string Sign(string date, string path)
    {
        var length = date.Length + 2 + AccountName.Length + path.Length;
        var text = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(length));
        Utf8.TryWrite(text, $"{date}\n/{AccountName}{path}", out length);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Volatile.Read(ref _key), text.AsSpan(0, length), mac);
        ArrayPool<byte>.Shared.Return(text);
        return Convert.ToBase64String(mac);
    }
}
