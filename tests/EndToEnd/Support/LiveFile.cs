namespace DataSpace.EndToEnd.Support;

/// <summary>Files of nodes that are running.</summary>
internal static class LiveFile
{
    /// <summary>Content of a file; null when it was one of the moment, renamed or removed meanwhile.</summary>
    public static async Task<byte[]?> ReadAsync(string file)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                await stream.CopyToAsync(bytes);
                return bytes.ToArray();
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(20); // somebody writes it and shares it with no one until it is whole
            }
        }
    }
}
